import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { DataDirectory } from './data-directory.ts'
import { removeLogDirectory } from './log-directory.ts'
import { listSegments } from './manifest.ts'
import type { OpenedLogs } from './recovered-table.ts'

/**
 * After recovery: finishes deletions that a crash cut short, and removes what nothing names: empty segments beyond
 * a log's end, and directories, unless they have segments. Answers with notes on what was left alone.
 */
export async function clearLeftovers(
  disk: Disk,
  paths: DataDirectory,
  { haveMore, table }: OpenedLogs,
): Promise<readonly string[]> {
  for (const removed of table.removed) {
    // The name may have been given again since: to a directory that was made after this one was gone.
    if (!table.isNameTaken(removed.directory)) {
      await removeLogDirectory(disk, join(paths.topics, removed.directory))
    }
    table.forgetRemoved(removed)
  }
  const names = new Set([...table.logs].map((log) => log.name))
  const notes: string[] = []
  for (const name of await disk.list(paths.topics)) {
    if (names.has(name)) continue
    const directory = join(paths.topics, name)
    const segments = await listSegments(disk, directory)
    if (segments?.length === 0) await removeLogDirectory(disk, directory)
    else notes.push(`${directory} belongs to no partition, and was left alone.`)
  }
  await disk.syncDirectory(paths.topics)
  for (const log of table.logs) {
    await log.deleteBelow(log.logStartOffset)
    if (haveMore.has(log.id)) await log.deleteBeyondEnd()
  }
  return notes
}
