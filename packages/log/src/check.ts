import { basename, dirname, join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import { damage, type Finding, note } from './check-finding.ts'
import { checkSegment, type SegmentEvent } from './check-segment.ts'
import { LEADER_EPOCH_FILE, parseLeaderEpochs } from './leader-epochs.ts'
import { PARTITION_METADATA_FILE, parsePartitionMetadata } from './partition-metadata.ts'
import { type IndexSizes, NOTHING_SYNCED } from './segment-indexes.ts'
import { parseSegmentFileName, segmentBaseOffsets } from './segment-files.ts'
import { TransactionTracker } from './transaction-tracker.ts'
import { readWholeFile } from './whole-file.ts'

export type { CheckedSegment } from './check-segment.ts'
export type { Finding, FindingCode } from './check-finding.ts'
export type CheckEvent = SegmentEvent

export interface CheckOptions {
  /** Offsets may skip: a log brought in after compaction. Gaps are then notes, otherwise damage. */
  readonly gaps: boolean
  /** How much of the last segment counts, and of its indexes with it, when a checkpoint says so. Left out: all. */
  readonly lastSegmentBytes?: Position
  /** How much of the indexes counts, when a checkpoint says so and a crash came after it. Left out: all. */
  readonly syncedIndexes?: SyncedIndexes
  /** File names that belong there, besides Kafka's. */
  readonly knownFiles?: ReadonlySet<string>
}

/** Of this segment so much; of earlier ones all, of later ones nothing. The next open makes the rest again. */
export interface SyncedIndexes {
  readonly segment: Offset
  readonly sizes: IndexSizes
}

/**
 * Reads every byte of a partition directory and says what is not sound, and exactly where: CRCs, lengths, the chain of
 * offsets within and across segments, every index entry, aborted transactions. Changes nothing. Memory does not grow
 * with the log; at most a hundred findings a file are listed.
 */
export async function* checkPartition(
  disk: Disk,
  directory: string,
  options: CheckOptions,
): AsyncGenerator<CheckEvent> {
  const names = await disk.list(directory)
  const baseOffsets = segmentBaseOffsets(names)
  const transactions = new TransactionTracker()
  for (const [index, baseOffset] of baseOffsets.entries()) {
    const nextBaseOffset = baseOffsets[index + 1]
    const events = checkSegment(disk, {
      directory,
      baseOffset,
      nextBaseOffset,
      bytes: nextBaseOffset === undefined ? options.lastSegmentBytes : undefined,
      syncedIndexes: syncedIndexesOf(baseOffset, options.syncedIndexes),
      gaps: options.gaps,
      transactions,
    })
    yield* listAtMost(FINDINGS_MAX, events)
  }
  yield* checkOtherFiles(disk, directory, names, options)
}

/** The same for one `.log` file by itself, with the indexes beside it. */
export async function* checkLogFile(
  disk: Disk,
  path: string,
  options: Pick<CheckOptions, 'gaps'>,
): AsyncGenerator<CheckEvent> {
  const parsed = parseSegmentFileName(basename(path))
  if (parsed?.kind !== 'log') {
    const message = 'A segment is named by its base offset in 20 digits, and ends in .log.'
    yield damage('unknown-file', { path, position: 0 }, message)
    return
  }
  const { baseOffset } = parsed
  const events = checkSegment(disk, {
    directory: dirname(path),
    baseOffset,
    nextBaseOffset: undefined,
    bytes: undefined,
    syncedIndexes: undefined,
    gaps: options.gaps,
    transactions: undefined,
  })
  yield* listAtMost(FINDINGS_MAX, events)
}

function syncedIndexesOf(
  baseOffset: Offset,
  synced: SyncedIndexes | undefined,
): IndexSizes | undefined {
  if (synced === undefined || baseOffset < synced.segment) return undefined
  return baseOffset === synced.segment ? synced.sizes : NOTHING_SYNCED
}

const FINDINGS_MAX = 100

async function* listAtMost(
  limit: number,
  events: AsyncIterable<SegmentEvent>,
): AsyncGenerator<SegmentEvent> {
  const counts = new Map<string, number>()
  for await (const event of events) {
    if (event.kind !== 'finding') {
      yield event
      continue
    }
    const count = (counts.get(event.path) ?? 0) + 1
    counts.set(event.path, count)
    if (count <= limit) yield event
  }
  for (const [path, count] of counts) {
    if (count <= limit) continue
    yield damage('more', { path, position: 0 }, `${count - limit} more findings are not listed.`)
  }
}

async function* checkOtherFiles(
  disk: Disk,
  directory: string,
  names: readonly string[],
  options: CheckOptions,
): AsyncGenerator<Finding> {
  for (const name of names) {
    const place = { path: join(directory, name), position: 0 }
    if (name === LEADER_EPOCH_FILE) {
      const isSound = parseLeaderEpochs(await readText(disk, place.path)) !== undefined
      if (!isSound) yield damage('leader-epochs', place, 'It is not a list of leader epochs.')
    } else if (name === PARTITION_METADATA_FILE) {
      const isSound = parsePartitionMetadata(await readText(disk, place.path)) !== undefined
      if (!isSound) yield damage('partition-metadata', place, 'It does not name a topic id.')
    } else if (parseSegmentFileName(name) === undefined && options.knownFiles?.has(name) !== true) {
      yield note('unknown-file', place, 'It belongs to no partition; it is left alone.')
    }
  }
}

async function readText(disk: Disk, path: string): Promise<string> {
  return Buffer.from((await readWholeFile(disk, path)) ?? []).toString('latin1')
}
