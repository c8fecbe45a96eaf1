import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { ENTRY_HEADER_SIZE, type EntryItem, ITEM_HEADER_SIZE } from '@millrace/journal/entry'
import { type JournalEntry, readEntries } from '@millrace/journal/reader'
import { Slots } from '@millrace/journal/slots'
import type { SyncedIndexes } from '@millrace/log/check'
import type { LogId } from '@millrace/log/log'
import type { LogEnd } from '@millrace/log/log-end'
import { PARTITION_METADATA_FILE, parsePartitionMetadata } from '@millrace/log/partition-metadata'
import { segmentFilePath } from '@millrace/log/segment-files'
import { readWholeFile } from '@millrace/log/whole-file'
import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { Checkpoint } from './checkpoint.ts'
import { findDamage } from './damage.ts'
import { type DataDirectory, dataDirectoryAt, readFormat } from './data-directory.ts'
import { expectNamed, listSegments, type SegmentFile } from './manifest.ts'
import { OverlaidDisk } from './overlaid-disk.ts'
import { type Misfit, type RecoveredLog, RecoveredLogs } from './recovered-logs.ts'
import { readCheckpoint } from './recovery.ts'

/** A store as the next start would find it, read without changing anything. */
export interface OfflineStore extends AsyncDisposable {
  /** Reads only: segments as they will be once the journal is replayed, everything else as it is. */
  readonly disk: Disk
  readonly logs: readonly OfflineLog[]
  /** Entries that the segments may not have; 0 after a stop in order. */
  readonly entryCount: number
  /** Why the store does not open: the journal is laid over up to there. Undefined: it does. */
  readonly damage: LogError | undefined
}

/** A log as the checkpoint and the entries after it say that it is. */
export interface OfflineLog {
  readonly id: LogId
  /** Its directory below `topics/`. */
  readonly name: string
  readonly directory: string
  /** Undefined when `partition.metadata` is missing or not readable. */
  readonly topicId: string | undefined
  /** Offsets may skip, as compaction leaves them. */
  readonly gaps: boolean
  /** Bytes of batches between two entries of its indexes. */
  readonly indexIntervalBytes: number
  readonly logStartOffset: Offset
  readonly end: LogEnd
  /** What a crash cannot have left half written. After a stop in order that is all. */
  readonly syncedIndexes: SyncedIndexes
  /** Ascending, those that only the journal has among them. */
  readonly segments: readonly OfflineSegment[]
}

export interface OfflineSegment {
  readonly baseOffset: Offset
  /** 0 when there is no file yet. */
  readonly bytesOnDisk: number
  /** With what the journal has; never less. */
  readonly bytes: number
}

/**
 * Lays the journal of a data directory over its segments. Takes no lock: whoever calls holds it, for beside a server
 * the journal's room is used again while it is read. Undefined when there is no store at `directory`.
 * DATA_DIRECTORY_DAMAGED when the checkpoint, or what it names, is not there; DATA_DIRECTORY_NEWER.
 */
export async function openOffline(
  disk: Disk,
  directory: string,
): Promise<OfflineStore | undefined> {
  const paths = dataDirectoryAt(directory)
  if ((await readFormat(disk, paths)) === undefined) return undefined
  const checkpoint = await readCheckpoint(disk, paths)
  const slots = await Slots.open(disk, paths.journal, 'read')
  try {
    const files = await expectNamed(disk, paths, checkpoint, slots)
    return await layJournalOver(disk, paths, { checkpoint, slots, files })
  } catch (error) {
    await slots.close()
    throw error
  }
}

interface Found {
  readonly checkpoint: Checkpoint
  readonly slots: Slots
  /** Of the logs that the checkpoint names. */
  readonly files: ReadonlyMap<string, readonly SegmentFile[]>
}

async function layJournalOver(
  disk: Disk,
  paths: DataDirectory,
  { checkpoint, slots, files }: Found,
): Promise<OfflineStore> {
  const found = new RecoveredLogs(checkpoint)
  const overlaid = new OverlaidDisk(disk, slots)
  let entryCount = 0
  let misfit: Misfit | undefined
  const { run } = checkpoint.journal
  const end = await readEntries(slots, checkpoint.journal, (entry) => {
    misfit = found.take(entry)
    if (misfit !== undefined) return 'stop'
    layEntryOver(overlaid, paths, found, entry)
    entryCount++
    return undefined
  })
  const damage = await findDamage(disk, paths, slots, { run, end, found, files, misfit })
  const logs: OfflineLog[] = []
  for (const log of found.logs) {
    const named = checkpoint.logs.find(({ id }) => id === log.id)
    const onDisk = files.get(log.name) ?? (await listSegments(disk, join(paths.topics, log.name)))
    logs.push(await describe(disk, paths, { log, gaps: named?.gaps, onDisk: onDisk ?? [] }))
  }
  return {
    disk: overlaid,
    logs,
    entryCount,
    damage,
    [Symbol.asyncDispose]: () => slots.close(),
  }
}

function layEntryOver(
  overlaid: OverlaidDisk,
  paths: DataDirectory,
  found: RecoveredLogs,
  entry: JournalEntry,
): void {
  let at = entry.position + ENTRY_HEADER_SIZE
  for (const item of entry.items) {
    const slotPosition = at + ITEM_HEADER_SIZE
    at = slotPosition + item.bytes.length
    const name = found.find(item.log)?.name ?? removedName(found, item.log)
    if (name === undefined) continue
    layItemOver(overlaid, join(paths.topics, name), item, { slot: entry.slot, slotPosition })
  }
}

function removedName(found: RecoveredLogs, id: number): string | undefined {
  for (const removed of found.removed) if (removed.id === id) return removed.directory
  return undefined
}

function layItemOver(
  overlaid: OverlaidDisk,
  directory: string,
  { kind, segment, position, bytes }: EntryItem,
  place: { readonly slot: number; readonly slotPosition: number },
): void {
  if (kind === 'removeLog') overlaid.forgetBelow(directory)
  if (kind !== 'batches') return
  const path = segmentFilePath(directory, segment, 'log')
  overlaid.layOver(path, { ...place, position, length: bytes.length })
}

interface LogAndFiles {
  readonly log: RecoveredLog
  /** As the checkpoint has it; an entry that made the log says it otherwise. */
  readonly gaps: boolean | undefined
  readonly onDisk: readonly SegmentFile[]
}

async function describe(
  disk: Disk,
  paths: DataDirectory,
  { log, gaps, onDisk }: LogAndFiles,
): Promise<OfflineLog> {
  const { id, name, logStartOffset, end, origin, written, creation } = log
  const directory = join(paths.topics, name)
  const sizes = new Map(onDisk.map(({ baseOffset, bytes }) => [baseOffset, bytes]))
  const baseOffsets = [...new Set([...sizes.keys(), ...written.keys()])]
  const metadata = await readWholeFile(disk, join(directory, PARTITION_METADATA_FILE))
  return {
    id,
    name,
    directory,
    topicId: parsePartitionMetadata(Buffer.from(metadata ?? []).toString('latin1'))?.topicId,
    gaps: creation?.place.gaps ?? gaps ?? false,
    indexIntervalBytes: origin.indexIntervalBytes,
    logStartOffset,
    end,
    syncedIndexes: { segment: origin.end.segment, sizes: origin.syncedIndexes },
    segments: baseOffsets
      .toSorted((left, right) => left - right)
      .map((baseOffset) => {
        const bytesOnDisk = sizes.get(baseOffset) ?? 0
        const bytes = Math.max(bytesOnDisk, written.get(baseOffset) ?? 0)
        return { baseOffset, bytesOnDisk, bytes }
      }),
  }
}
