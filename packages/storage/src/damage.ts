import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { findProofOfSync, type JournalEnd } from '@millrace/journal/reader'
import type { Slots } from '@millrace/journal/slots'
import type { Run } from '@millrace/journal/entry'
import { segmentFilePath } from '@millrace/log/segment-files'
import { LogError } from '@millrace/model/log-error'
import { eachAtMost } from '@millrace/log/bounded'
import type { DataDirectory } from './data-directory.ts'
import { listSegments, type SegmentFile } from './manifest.ts'
import type { Misfit, RecoveredLog, RecoveredLogs } from './recovered-logs.ts'

export interface RecoveredJournal {
  readonly run: Run
  /** The first entry that is not whole, or does not fit. */
  readonly end: JournalEnd
  readonly found: RecoveredLogs
  /** Of the logs that the checkpoint names. */
  readonly files: ReadonlyMap<string, readonly SegmentFile[]>
  /** Of an entry that is whole and does not go on where its logs end. */
  readonly misfit: Misfit | undefined
}

/**
 * Torn or damaged? An entry that is not whole is torn, and was never answered as durable, unless something
 * proves that it had been synced: a later entry that says so, or a segment that has more than the entries
 * before gave it, since segments hold only what was synced; or that it does not go on where its logs end.
 * Undefined: torn, or nothing is missing.
 */
export async function findDamage(
  disk: Disk,
  paths: DataDirectory,
  slots: Slots,
  journal: RecoveredJournal,
): Promise<LogError | undefined> {
  const { end, files, found, misfit, run } = journal
  const proof = await findProofOfSync(slots, run, end.sequence)
  const reasons = proof === undefined ? [] : [`entry ${proof.sequence} says that it was synced`]
  if (misfit !== undefined) reasons.push(describe(misfit))
  await eachAtMost(LOOKS_AT_ONCE, found.logs, async (log) => {
    const directory = join(paths.topics, log.name)
    const known = log.creation === undefined ? files.get(log.name) : undefined
    const reason = lookAtSegments(log, directory, known ?? (await listSegments(disk, directory)))
    if (reason !== undefined) reasons.push(reason)
  })
  if (reasons.length === 0) return undefined
  const where = end.remains ?? end
  const place = `${slots.path(where.slot)}, byte ${where.position}`
  return new LogError(
    'DATA_DIRECTORY_DAMAGED',
    `${place}: entry ${end.sequence} of the journal is damaged (${reasons.join('; ')}). ` +
      'Nothing was changed. Put a backup in place, or see what `millrace log repair` would do.',
  )
}

function describe({ baseOffset, kind, log, logEndOffset, name }: Misfit): string {
  if (name === undefined) return `it is of log ${log}, which no entry before it made`
  const what = kind === 'batches' ? `batches at offset ${baseOffset}` : `an item ${kind}`
  return `it has ${what} for ${name}, which ends at ${logEndOffset}: one does not follow from the other`
}

/** Why this log proves that more was synced than was found. */
function lookAtSegments(
  log: RecoveredLog,
  directory: string,
  files: readonly SegmentFile[] | undefined,
): string | undefined {
  if (files === undefined) return `partition ${log.name} has no directory`
  for (const { baseOffset, bytes } of files) {
    const isActive = baseOffset === log.end.segment
    const wasActive = baseOffset === log.origin.end.segment
    const before = wasActive ? log.origin.end.bytes : undefined
    const recovered = isActive ? log.end.bytes : (log.written.get(baseOffset) ?? before)
    // An empty file at the end was made for what would come next, and proves nothing.
    const isNext = baseOffset === log.end.logEndOffset && bytes === 0
    const isBeyond = baseOffset > log.end.segment && !isNext
    if (isBeyond || (recovered !== undefined && bytes > recovered)) {
      const path = segmentFilePath(directory, baseOffset, 'log')
      return `${path} has ${bytes} bytes, of which the journal accounts for ${recovered ?? 0}`
    }
  }
  return undefined
}

const LOOKS_AT_ONCE = 16
