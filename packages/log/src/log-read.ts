import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { abortedTransactions, isForReaders } from './aborted-records.ts'
import type { LogState } from './log-state.ts'
import type { BatchRun, Segment, StampedBatch } from './segment.ts'

/** What a read found: whole record batches, in order over the pieces. */
export interface LogRead {
  /** Whole batches, concatenated in each piece. The first may begin before the offset asked for. */
  readonly pieces: readonly Uint8Array[]
  readonly byteCount: number
  /** Where to go on. Past the offset asked for even without batches, when what was there is not for readers. */
  readonly nextOffset: Offset
}

export interface LogReadOptions {
  /** Of stored batches; the first batch is read even when it is larger. */
  readonly maxBytes: number
  /** So many are enough: what is behind the batch that has the last of them need not be read. */
  readonly maxRecords?: number
  readonly signal?: AbortSignal | undefined
}

/** From segments, and from memory what they do not have yet. See `Log.read`. */
export async function readLog(
  log: LogState,
  fromOffset: Offset,
  options: LogReadOptions,
): Promise<LogRead> {
  expectInRange(log, fromOffset)
  const { maxBytes, maxRecords = Infinity } = options
  const found = new FoundBatches()
  let nextOffset = fromOffset
  let records = 0
  let step = Math.max(STEP_BYTES, maxRecords * STEP_RECORD_BYTES)
  while (nextOffset < log.highWatermark && found.scannedBytes < maxBytes) {
    options.signal?.throwIfAborted()
    const room = maxBytes - found.scannedBytes
    const run = await readRun(log, nextOffset, Math.min(room, step)).catch((error: unknown) => {
      // What is sound before the damage is answered; the next read, from there, meets it first.
      if (nextOffset > fromOffset) return undefined
      // Its segment may have been deleted meanwhile.
      expectInRange(log, fromOffset)
      throw error
    })
    if (run === undefined) break
    for (const batch of run.batches) {
      const isTooMuch = found.scannedBytes + batch.bytes.length > maxBytes
      if (records >= maxRecords || (isTooMuch && found.scannedBytes > 0)) {
        return found.upTo(nextOffset)
      }
      const isForReader = isForReaders(batch.header, run.aborted)
      if (isForReader) records += recordsFrom(fromOffset, batch.header)
      found.add(batch, isForReader)
      nextOffset = (batch.header.lastOffset + 1) as Offset
    }
    if (records >= maxRecords) break
    nextOffset = max(nextOffset, run.nextOffset)
    // The next batch is larger than the room that is left: it would be read, and left out.
    if (run.hasMore && found.scannedBytes > 0 && room <= step) break
    step *= 2
  }
  return found.upTo(nextOffset)
}

/** At least so much is read at once, and as much as so many records may have. */
const STEP_BYTES = 64 * 1024
const STEP_RECORD_BYTES = 1024

function recordsFrom(offset: Offset, { baseOffset, lastOffset, recordCount }: BatchHeader): number {
  return Math.min(recordCount, lastOffset + 1 - Math.max(baseOffset, offset))
}

export function expectInRange(log: LogState, offset: Offset): void {
  const { logStartOffset, highWatermark, logEndOffset } = log
  if (offset >= logStartOffset && offset <= logEndOffset) return
  throw new LogError(
    'OFFSET_OUT_OF_RANGE',
    `Offset ${offset} is asked for; ${logStartOffset} to ${highWatermark} can be read.`,
    { logStartOffset, highWatermark, logEndOffset },
  )
}

interface FoundRun {
  readonly batches: Iterable<StampedBatch>
  readonly nextOffset: Offset
  /** What it was read from goes on after it. */
  readonly hasMore: boolean
  readonly aborted: Awaited<ReturnType<typeof abortedTransactions>>
}

async function readRun(log: LogState, fromOffset: Offset, maxBytes: number): Promise<FoundRun> {
  const { pending, segments, highWatermark } = log
  const inMemory = pending.firstOffset
  if (inMemory !== undefined && inMemory <= fromOffset) {
    const batches = pending.from(fromOffset, highWatermark)
    return { batches, nextOffset: fromOffset, hasMore: false, aborted: [] }
  }
  const segment = segments.floor(fromOffset)
  if (segment === undefined) throw missingSegment(log, fromOffset)
  const end = min(segment.nextOffset, highWatermark)
  const run = await segments.reading(segment, () =>
    segment.read(fromOffset, { maxBytes, untilOffset: end }),
  )
  if (run.headers.length === 0) return endOfSegment(log, segment, fromOffset)
  const isAnyTransactional = run.headers.some((header) => header.isTransactional)
  const aborted = isAnyTransactional
    ? await abortedTransactions(segments.from(fromOffset), fromOffset, run.nextOffset)
    : []
  // Were the segments deleted meanwhile, nothing would say what was aborted in them.
  if (isAnyTransactional && fromOffset < log.logStartOffset) expectInRange(log, fromOffset)
  const hasMore = run.nextOffset < end
  return { batches: batchesOf(run), nextOffset: run.nextOffset, hasMore, aborted }
}

function* batchesOf(run: BatchRun): Generator<StampedBatch> {
  let at = 0
  for (const header of run.headers) {
    yield { header, bytes: run.bytes.subarray(at, at + header.sizeInBytes) }
    at += header.sizeInBytes
  }
}

/** Nothing from here to the segment's end: compaction took it, or it is missing. */
function endOfSegment(log: LogState, segment: Segment, fromOffset: Offset): FoundRun {
  const nextOffset = min(segment.nextOffset, log.highWatermark)
  if (log.gaps && nextOffset > fromOffset)
    return { batches: [], nextOffset, hasMore: false, aborted: [] }
  throw missingSegment(log, fromOffset)
}

function missingSegment(log: LogState, fromOffset: Offset): LogError {
  const next = log.segments.after(fromOffset)?.baseOffset ?? log.pending.firstOffset
  return new LogError(
    'CORRUPT_SEGMENT',
    `${log.directory} has no segment with offset ${fromOffset}.`,
    next === undefined
      ? { damagedFrom: fromOffset }
      : { damagedFrom: fromOffset, nextReadableOffset: next },
  )
}

/** Batches that lie side by side in memory make one piece. */
class FoundBatches {
  readonly #pieces: Uint8Array[] = []
  #byteCount = 0
  scannedBytes = 0

  add(batch: StampedBatch, isForReader: boolean): void {
    const { bytes } = batch
    this.scannedBytes += bytes.length
    if (!isForReader) return
    this.#byteCount += bytes.length
    const last = this.#pieces.at(-1)
    if (last?.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      const joined = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length)
      this.#pieces[this.#pieces.length - 1] = joined
    } else {
      this.#pieces.push(bytes)
    }
  }

  upTo(nextOffset: Offset): LogRead {
    return { pieces: this.#pieces, byteCount: this.#byteCount, nextOffset }
  }
}

function min(one: Offset, other: Offset): Offset {
  return one < other ? one : other
}

function max(one: Offset, other: Offset): Offset {
  return one > other ? one : other
}
