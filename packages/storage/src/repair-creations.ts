import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { EntryItem } from '@millrace/journal/entry'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import type { LogId } from '@millrace/log/log'
import { PARTITION_METADATA_FILE } from '@millrace/log/partition-metadata'
import { FIRST_OFFSET, type Position } from '@millrace/model/offset'
import type { Checkpoint } from './checkpoint.ts'
import type { DataDirectory } from './data-directory.ts'
import { decodeCreation, type LogCreation, NOTHING_HIGHEST } from './log-creation.ts'
import type { SalvagedJournal } from './repair-journal.ts'

/**
 * Logs whose creation was in the damaged entry, but whose directories, made and synced before it, are there. What the
 * entry seems to say is believed when such a directory has that name; and when one id and one directory are left
 * over, they belong together.
 */
export async function findLostCreations(
  disk: Disk,
  paths: DataDirectory,
  checkpoint: Checkpoint,
  { entries, hints }: SalvagedJournal,
): Promise<readonly LogCreation[]> {
  const items = entries.flatMap((entry) => entry.items)
  const created = items.flatMap((item) => creationIn(item) ?? [])
  const known = [...checkpoint.logs, ...created.map(({ place }) => place)]
  const ids = new Set<number>([...known, ...checkpoint.removed].map(({ id }) => id))
  const names = known.map(({ name }) => name)
  const removed = checkpoint.removed.map(({ directory }) => directory)
  const unnamed = new Set(await partitionsBut(disk, paths, new Set([...names, ...removed])))
  const found: LogCreation[] = []
  for (const creation of hints.flatMap((hint) => creationIn(hint) ?? [])) {
    const { id, name } = creation.place
    if (ids.has(id) || !unnamed.delete(name)) continue
    ids.add(id)
    found.push(creation)
  }
  const creating = hints.filter(({ kind }) => kind === 'createLog')
  const stray = new Set([...creating, ...items].map(({ log }) => log).filter((id) => !ids.has(id)))
  const [[id], [name]] = [[...stray], [...unnamed]]
  if (stray.size === 1 && unnamed.size === 1 && id !== undefined && name !== undefined) {
    found.push(emptyLog(id, name))
  }
  return found
}

function creationIn({ bytes, kind, log }: EntryItem): LogCreation | undefined {
  return kind === 'createLog' ? decodeCreation(log, bytes) : undefined
}

async function partitionsBut(
  disk: Disk,
  paths: DataDirectory,
  named: ReadonlySet<string>,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of await disk.list(paths.topics)) {
    if (named.has(name)) continue
    const metadata = await disk.stat(join(paths.topics, name, PARTITION_METADATA_FILE))
    if (metadata !== undefined) found.push(name)
  }
  return found
}

/** As a log begins that was not brought in. */
function emptyLog(id: number, name: string): LogCreation {
  const { indexIntervalBytes, segmentIndexBytes } = LOG_CONFIG_DEFAULTS
  const place = {
    id: id as LogId,
    name,
    logStartOffset: FIRST_OFFSET,
    end: { logEndOffset: FIRST_OFFSET, segment: FIRST_OFFSET, bytes: 0 as Position },
    syncedIndexes: { offsetIndexBytes: 0, timeIndexBytes: 0 },
    gaps: false,
    indexIntervalBytes,
    segmentIndexBytes,
  }
  return { place, highest: NOTHING_HIGHEST }
}
