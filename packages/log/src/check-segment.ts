import type { Disk, DiskFile } from '@millrace/disk/disk'
import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { BREAK_REASONS } from './batch-chain.ts'
import { type Damage, scanBatches, type SoundBatches } from './batch-scanner.ts'
import { damage, type Finding, note } from './check-finding.ts'
import { checkOffsetIndex, checkTimeIndex, type IndexCheck } from './check-indexes.ts'
import type { IndexSizes } from './segment-indexes.ts'
import { segmentFilePath } from './segment-files.ts'
import { checkTransactionIndex } from './check-transaction-index.ts'
import type { TransactionTracker } from './transaction-tracker.ts'
import { readWholeFile } from './whole-file.ts'

export interface SegmentToCheck {
  readonly directory: string
  readonly baseOffset: Offset
  /** The next segment begins there. Undefined: this is the last. */
  readonly nextBaseOffset: Offset | undefined
  /** Of the last segment, when it is known from elsewhere how much of it counts. */
  readonly bytes: Position | undefined
  /** So much of its indexes is synced, and the rest is made again. Undefined: they are as they should be. */
  readonly syncedIndexes: IndexSizes | undefined
  readonly gaps: boolean
  /** Undefined: the segment stands alone, and what began before it is not known. */
  readonly transactions: TransactionTracker | undefined
}

/** What a segment holds. */
export interface CheckedSegment {
  readonly kind: 'segment'
  readonly path: string
  readonly baseOffset: Offset
  /** After the last sound batch. */
  readonly nextOffset: Offset
  readonly bytes: number
  readonly batches: number
  readonly records: number
  /** Milliseconds since the epoch; undefined without batches. */
  readonly largestTimestamp: number | undefined
  /** The largest leader epoch, and the largest producer id, that a batch names; -1: none. */
  readonly leaderEpoch: number
  readonly producerId: number
}

export interface CheckProgress {
  readonly kind: 'progress'
  readonly path: string
  readonly checkedBytes: number
  readonly bytes: number
}

export type SegmentEvent = Finding | CheckProgress | CheckedSegment

/** Reads a segment once, from its first byte to its last, and holds everything beside it against it. */
export async function* checkSegment(
  disk: Disk,
  segment: SegmentToCheck,
): AsyncGenerator<SegmentEvent> {
  const path = segmentFilePath(segment.directory, segment.baseOffset, 'log')
  const size = (await disk.stat(path))?.size ?? 0
  const bytes = segment.bytes ?? (size as Position)
  const check = new SegmentCheck(segment, path, await openIndexChecks(disk, segment))
  if (size < bytes) {
    yield damage('cut', { path, position: size }, `${bytes} bytes should be there, not ${size}.`)
  }
  const file = await disk.open(path, 'read')
  try {
    for await (const scanned of scan(file, segment, bytes)) {
      yield* scanned.kind === 'damage' ? check.damaged(scanned) : check.sound(scanned)
      const checkedBytes = scanned.kind === 'damage' ? scanned.endPosition : check.position
      yield { kind: 'progress', path, checkedBytes, bytes }
    }
  } finally {
    await file.close()
  }
  yield* check.end()
  yield check.summary(bytes)
}

/** Gaps are let through: whether they are damage is said with the offsets that are missing. */
function scan(file: DiskFile, segment: SegmentToCheck, bytes: Position) {
  return scanBatches(file, {
    from: 0 as Position,
    to: bytes,
    nextOffset: segment.baseOffset,
    endOffset: segment.nextBaseOffset ?? OFFSET_MAX,
    gaps: true,
  })
}

async function openIndexChecks(disk: Disk, segment: SegmentToCheck): Promise<OpenChecks> {
  const { directory, baseOffset, nextBaseOffset, syncedIndexes: synced } = segment
  const read = async (kind: 'index' | 'timeindex' | 'txnindex', bytesMax = Infinity) => {
    const path = segmentFilePath(directory, baseOffset, kind)
    const bytes = await readWholeFile(disk, path)
    return { path, bytes: bytes && Buffer.from(bytes.subarray(0, bytesMax)) }
  }
  const [offsets, times, aborted] = [
    await read('index', synced?.offsetIndexBytes),
    await read('timeindex', synced?.timeIndexBytes),
    await read('txnindex'),
  ]
  const isSealed = nextBaseOffset !== undefined && synced === undefined
  const isCutShort = segment.bytes !== undefined
  const indexes: IndexCheck[] = []
  const missing: string[] = []
  for (const [{ path, bytes }, checkIndex] of [
    [offsets, checkOffsetIndex],
    [times, checkTimeIndex],
  ] as const) {
    if (bytes !== undefined) {
      indexes.push(checkIndex({ path, bytes, baseOffset, isSealed, isCutShort }))
    } else if (synced === undefined) missing.push(path)
  }
  const transactions = checkTransactionIndex(aborted.path, aborted.bytes ?? Buffer.alloc(0))
  return { indexes, missing, transactions }
}

interface OpenChecks {
  readonly indexes: readonly IndexCheck[]
  readonly missing: readonly string[]
  readonly transactions: ReturnType<typeof checkTransactionIndex>
}

class SegmentCheck {
  readonly #segment: SegmentToCheck
  readonly #path: string
  readonly #checks: OpenChecks
  #position = 0 as Position
  #expectedOffset: Offset
  #batches = 0
  #records = 0
  #largestTimestamp: number | undefined
  #leaderEpoch = -1
  #producerId = -1

  constructor(segment: SegmentToCheck, path: string, checks: OpenChecks) {
    this.#segment = segment
    this.#path = path
    this.#checks = checks
    this.#expectedOffset = segment.baseOffset
  }

  get position(): Position {
    return this.#position
  }

  *sound({ position, bytes, headers }: SoundBatches): Generator<Finding> {
    this.#position = position
    let at = 0
    for (const header of headers) {
      if (header.baseOffset > this.#expectedOffset) yield this.#gap(header.baseOffset)
      for (const index of this.#checks.indexes) yield* index.batch(header, this.#position)
      const ended = this.#segment.transactions?.add(bytes, at, header)
      if (ended !== undefined) yield* this.#checks.transactions.ended(ended)
      this.#count(header)
      at += header.sizeInBytes
    }
  }

  *damaged(found: Damage): Generator<Finding> {
    const { position, endPosition, reason, damagedFrom, nextReadableOffset } = found
    const lost = endPosition - position
    const then =
      nextReadableOffset === undefined ? 'nothing follows' : `offset ${nextReadableOffset} follows`
    const place = { path: this.#path, position, offset: damagedFrom }
    yield damage(reason, place, `${BREAK_REASONS[reason]}; ${lost} bytes are lost, ${then}.`)
    for (const index of this.#checks.indexes) index.skip(found)
    this.#position = endPosition
    this.#expectedOffset =
      nextReadableOffset ?? this.#segment.nextBaseOffset ?? this.#expectedOffset
  }

  *end(): Generator<Finding> {
    const { nextBaseOffset } = this.#segment
    for (const index of this.#checks.indexes) yield* index.end()
    for (const path of this.#checks.missing) {
      yield note(
        'missing-file',
        { path, position: 0 },
        'The index is missing; it can be made again.',
      )
    }
    if (this.#segment.transactions !== undefined) yield* this.#checks.transactions.end()
    if (nextBaseOffset !== undefined && nextBaseOffset > this.#expectedOffset) {
      yield this.#gap(nextBaseOffset)
    }
  }

  summary(bytes: number): CheckedSegment {
    return {
      kind: 'segment',
      path: this.#path,
      baseOffset: this.#segment.baseOffset,
      nextOffset: this.#expectedOffset,
      bytes,
      batches: this.#batches,
      records: this.#records,
      largestTimestamp: this.#largestTimestamp,
      leaderEpoch: this.#leaderEpoch,
      producerId: this.#producerId,
    }
  }

  #count(header: BatchHeader): void {
    this.#position = (this.#position + header.sizeInBytes) as Position
    this.#expectedOffset = (header.lastOffset + 1) as Offset
    this.#batches++
    this.#records += header.recordCount
    this.#largestTimestamp = Math.max(this.#largestTimestamp ?? -1, header.maxTimestamp)
    this.#leaderEpoch = Math.max(this.#leaderEpoch, header.partitionLeaderEpoch)
    this.#producerId = Math.max(this.#producerId, header.producerId)
  }

  #gap(until: Offset): Finding {
    const place = { path: this.#path, position: this.#position, offset: this.#expectedOffset }
    const message = `Offsets ${this.#expectedOffset} to ${until - 1} are in no batch.`
    return this.#segment.gaps ? note('gap', place, message) : damage('gap', place, message)
  }
}
