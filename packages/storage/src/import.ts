import { join } from 'node:path'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import type { ImportPlan } from '@millrace/log/import-plan'
import type { SegmentToImport } from '@millrace/log/import-survey'
import { formatLeaderEpochs, LEADER_EPOCH_FILE } from '@millrace/log/leader-epochs'
import { writeProducerState } from '@millrace/log/log-producers'
import { formatPartitionMetadata, PARTITION_METADATA_FILE } from '@millrace/log/partition-metadata'
import { rebuildTransactionIndexes } from '@millrace/log/rebuilt-transaction-indexes'
import { Segment } from '@millrace/log/segment'
import { segmentFileName } from '@millrace/log/segment-files'
import { SegmentList } from '@millrace/log/segment-list'
import { readWholeFile, replaceFile } from '@millrace/log/whole-file'
import type { LogConfig } from '@millrace/log/config'
import type { LogId } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import type { Position } from '@millrace/model/offset'
import { isInternalTopic } from '@millrace/model/topic'
import { type DataDirectory, makeDirectories } from './data-directory.ts'
import { removeLogDirectory } from './log-directory.ts'
import type { LogPlace } from './log-place.ts'
import type { SegmentFile } from './manifest.ts'

/** A partition of Kafka's, looked through, and what it is to be called here. */
export interface LogToImport {
  /** The directory that `plan` was made from. It is not changed. */
  readonly source: string
  readonly plan: ImportPlan
  /** Below `topics/`: `<topic>-<partition>`. */
  readonly directory: string
  /** 22 characters of base64url. */
  readonly topicId: string
  readonly config: LogConfig
}

export interface ImportOptions {
  /** Of a transaction that was neither committed nor aborted, every record becomes readable with `keep`. */
  readonly openTransactions: 'refuse' | 'keep'
}

export interface ImportedLog {
  readonly id: LogId
  /** Files with the bytes that were not sound. */
  readonly setAside: readonly string[]
}

/** INVALID_REQUEST. */
export function expectNoOpenTransaction(plan: ImportPlan, options: ImportOptions): void {
  const [open] = plan.openTransactions
  if (open === undefined || options.openTransactions === 'keep') return
  throw new LogError(
    'INVALID_REQUEST',
    `Producer ${open.producerId} has a transaction open since offset ${open.firstOffset}. ` +
      'Let it end first, or say that its records are to be read.',
  )
}

/** INVALID_TOPIC: its records speak of logs and topics by ids, which are others here. */
export function expectNotInternal({ directory }: LogToImport): void {
  if (!isInternalTopic(directory)) return
  throw new LogError(
    'INVALID_TOPIC',
    `${directory} is of a topic of a server's own, whose records mean nothing elsewhere. Leave it out, or give it another name.`,
  )
}

export interface CopiedLog {
  readonly place: Omit<LogPlace, 'id'>
  readonly segments: readonly SegmentFile[]
  /** Files with the bytes that were not sound. */
  readonly setAside: readonly string[]
}

/**
 * Copies what is sound below `import/`, sets aside what is not, makes the indexes again, and moves the whole to its
 * place, synced. No entry names it yet: cut short, the next open leaves it alone and reports it.
 */
export async function copyLog(
  disk: Disk,
  paths: DataDirectory,
  log: LogToImport,
): Promise<CopiedLog> {
  const unfinished = join(paths.import, log.directory)
  await makeDirectories(disk, paths.import)
  await removeLogDirectory(disk, unfinished)
  await disk.makeDirectory(unfinished)
  const segments: SegmentFile[] = []
  const setAside: string[] = []
  const last = log.plan.segments.at(-1)
  for (const segment of log.plan.segments) {
    setAside.push(...(await setBytesAside(disk, paths, log, segment)))
    const bytes = await copySegment(disk, log.source, unfinished, segment)
    // Compaction may have emptied it: nothing reads it, unless it is the one that appends go to.
    if (bytes === 0 && segment !== last) continue
    segments.push({ baseOffset: segment.baseOffset, bytes: bytes as Position })
  }
  if (log.plan.findings.some(({ code }) => code === 'transaction-index')) {
    await makeMissingTransactionIndexes(disk, unfinished)
  }
  const place = placeOf(log, segments)
  const syncedIndexes = await makeIndexes(disk, unfinished, place, segments)
  await writeFiles(disk, unfinished, log)
  await disk.syncDirectory(unfinished)
  await disk.rename(unfinished, join(paths.topics, log.directory))
  await disk.syncDirectory(paths.topics)
  await disk.syncDirectory(paths.import)
  return { place: { ...place, syncedIndexes }, segments, setAside }
}

/** Without them, records of aborted transactions would be read. */
async function makeMissingTransactionIndexes(disk: Disk, directory: string): Promise<void> {
  const { indexes } = await rebuildTransactionIndexes(disk, directory)
  for (const [baseOffset, bytes] of indexes) {
    const path = join(directory, segmentFileName(baseOffset, 'txnindex'))
    const isMissing = (await disk.stat(path)) === undefined
    if (bytes.length > 0 && isMissing) await replaceFile(disk, path, bytes)
  }
}

function placeOf(log: LogToImport, segments: readonly SegmentFile[]): Omit<LogPlace, 'id'> {
  const { config, directory, plan } = log
  const active = segments.at(-1)
  return {
    name: directory,
    logStartOffset: plan.logStartOffset,
    end: {
      logEndOffset: plan.logEndOffset,
      segment: active?.baseOffset ?? plan.logEndOffset,
      bytes: active?.bytes ?? (0 as Position),
    },
    syncedIndexes: { offsetIndexBytes: 0, timeIndexBytes: 0 },
    gaps: plan.gaps,
    indexIntervalBytes: config.indexIntervalBytes,
    segmentIndexBytes: config.segmentIndexBytes,
  }
}

/** Answers how long the copy is. */
async function copySegment(
  disk: Disk,
  source: string,
  target: string,
  segment: SegmentToImport,
): Promise<number> {
  const name = segmentFileName(segment.baseOffset, 'log')
  let position = 0
  const from = await disk.open(join(source, name), 'read')
  try {
    const to = await disk.open(join(target, name), 'create')
    try {
      for (const range of segment.ranges) {
        await copyBytes(from, to, range, position)
        position += range.to - range.from
      }
      await to.sync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
  const transactions = segmentFileName(segment.baseOffset, 'txnindex')
  const bytes = await readWholeFile(disk, join(source, transactions))
  if (bytes !== undefined) await replaceFile(disk, join(target, transactions), bytes)
  return position
}

async function copyBytes(
  from: DiskFile,
  to: DiskFile,
  range: { readonly from: number; readonly to: number },
  target: number,
): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(COPY_BYTES, range.to - range.from))
  for (let at = range.from; at < range.to; at += buffer.length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, range.to - at))
    const count = await from.read(at, piece)
    if (count < piece.length) throw new Error(`${from.path} has become shorter while it was read.`)
    await to.write(target + at - range.from, [piece])
  }
}

/** What lies between the sound ranges. */
async function setBytesAside(
  disk: Disk,
  paths: DataDirectory,
  log: LogToImport,
  segment: SegmentToImport,
): Promise<readonly string[]> {
  const gaps = damagedRanges(segment)
  if (gaps.length === 0) return []
  await makeDirectories(disk, paths.setAside)
  const made: string[] = []
  const name = segmentFileName(segment.baseOffset, 'log')
  const from = await disk.open(join(log.source, name), 'read')
  try {
    for (const gap of gaps) {
      const path = join(paths.setAside, `${log.directory}-${name}-${gap.from}-${gap.to}`)
      if ((await disk.stat(path)) !== undefined) await disk.unlink(path)
      const to = await disk.open(path, 'create')
      try {
        await copyBytes(from, to, gap, 0)
        await to.sync()
      } finally {
        await to.close()
      }
      made.push(path)
    }
  } finally {
    await from.close()
  }
  await disk.syncDirectory(paths.setAside)
  return made
}

function damagedRanges(segment: SegmentToImport): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = []
  let end = 0
  for (const { from, to } of [...segment.ranges, { from: segment.bytes, to: segment.bytes }]) {
    if (from > end) gaps.push({ from: end, to: from })
    end = to
  }
  return gaps
}

/** Answers with the synced sizes of the active segment's. */
async function makeIndexes(
  disk: Disk,
  directory: string,
  place: Omit<LogPlace, 'id'>,
  files: readonly SegmentFile[],
): Promise<LogPlace['syncedIndexes']> {
  const { end, gaps, indexIntervalBytes, logStartOffset, segmentIndexBytes } = place
  const segments = files.map(({ baseOffset, bytes }, index) => {
    const nextOffset = files[index + 1]?.baseOffset ?? end.logEndOffset
    const options = { baseOffset, gaps, indexIntervalBytes, segmentIndexBytes }
    return Segment.open(disk, directory, { ...options, bytes, nextOffset })
  })
  let synced = place.syncedIndexes
  for (const segment of segments) {
    await segment.rebuildIndexes()
    await segment.writeIndexes()
    await segment.sync()
    synced = segment.syncedIndexes
    await segment.seal()
    await segment.sync()
  }
  await writeProducerState(disk, directory, new SegmentList(segments), {
    logStartOffset,
    logEndOffset: end.logEndOffset,
  })
  for (const segment of segments) await segment.close()
  return synced
}

async function writeFiles(disk: Disk, directory: string, log: LogToImport): Promise<void> {
  const epochs = formatLeaderEpochs(log.plan.leaderEpochs)
  await replaceFile(disk, join(directory, LEADER_EPOCH_FILE), Buffer.from(epochs))
  const metadata = formatPartitionMetadata(log.topicId)
  await replaceFile(disk, join(directory, PARTITION_METADATA_FILE), Buffer.from(metadata))
}

const COPY_BYTES = 1024 * 1024
