import type { Offset, Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { BREAK_REASONS } from './batch-chain.ts'
import type { Damage, Scanned, SoundBatches } from './batch-scanner.ts'
import { damage, type Finding } from './check-finding.ts'
import { checkTransactionIndex, type TransactionIndexCheck } from './check-transaction-index.ts'
import type { LeaderEpoch } from './leader-epochs.ts'
import { TransactionTracker } from './transaction-tracker.ts'

export interface SegmentToImport {
  readonly baseOffset: Offset
  /** The next segment's base offset, or the log end offset. */
  readonly nextOffset: Offset
  /** Of the `.log` file. */
  readonly bytes: number
  /** Where its sound batches lie: all of it, when nothing is damaged. */
  readonly ranges: readonly ByteRange[]
}

export interface ByteRange {
  readonly from: Position
  readonly to: Position
}

export interface SegmentToSurvey {
  readonly baseOffset: Offset
  readonly path: string
  readonly bytes: number
  readonly transactionIndexPath: string
  /** Empty: there is none. */
  readonly transactionIndex: Buffer
}

/** What the batches of a partition add up to, segment after segment. */
export class ImportSurvey {
  readonly findings: Finding[] = []
  readonly leaderEpochs: LeaderEpoch[] = []
  highestLeaderEpoch = -1
  highestProducerId = -1
  gaps = false
  readonly #transactions = new TransactionTracker()
  readonly #segments: SegmentToImport[] = []
  #nextOffset: Offset | undefined
  #segment: SegmentToSurvey | undefined
  #aborted: TransactionIndexCheck | undefined
  #ranges: ByteRange[] = []

  get openTransactions() {
    return [...this.#transactions.open].map(([producerId, firstOffset]) => ({
      producerId,
      firstOffset,
    }))
  }

  get segments(): readonly SegmentToImport[] {
    const ends = [...this.#segments.slice(1).map((next) => next.baseOffset), this.logEndOffset]
    return this.#segments.map((segment, index) => ({
      ...segment,
      nextOffset: ends[index] ?? segment.nextOffset,
    }))
  }

  get logStartOffset(): Offset {
    return this.#segments[0]?.baseOffset ?? this.logEndOffset
  }

  get logEndOffset(): Offset {
    return this.#nextOffset ?? (0 as Offset)
  }

  begin(segment: SegmentToSurvey): void {
    if (this.#nextOffset !== undefined && this.#nextOffset < segment.baseOffset) this.gaps = true
    this.#nextOffset = segment.baseOffset
    this.#segment = segment
    this.#aborted = checkTransactionIndex(segment.transactionIndexPath, segment.transactionIndex)
    this.#ranges = []
  }

  add(scanned: Scanned): void {
    if (scanned.kind === 'damage') this.#addDamage(scanned)
    else this.#addBatches(scanned)
  }

  end(): void {
    const { baseOffset, bytes } = this.#surveyed()
    this.findings.push(...(this.#aborted?.end() ?? []))
    this.#segments.push({ baseOffset, bytes, nextOffset: this.logEndOffset, ranges: this.#ranges })
  }

  #addBatches({ position, bytes, headers }: SoundBatches): void {
    const before = this.#ranges.at(-1)
    const to = (position + bytes.length) as Position
    if (before?.to === position) this.#ranges[this.#ranges.length - 1] = { from: before.from, to }
    else this.#ranges.push({ from: position, to })
    let at = 0
    for (const header of headers) {
      const ended = this.#transactions.add(bytes, at, header)
      if (ended !== undefined) this.findings.push(...(this.#aborted?.ended(ended) ?? []))
      this.#addHeader(header)
      at += header.sizeInBytes
    }
  }

  #addHeader(header: BatchHeader): void {
    const { baseOffset, lastOffset, partitionLeaderEpoch: epoch, producerId, recordCount } = header
    // A batch that lost records to compaction skips offsets within.
    if (baseOffset > this.logEndOffset || recordCount !== header.lastOffsetDelta + 1)
      this.gaps = true
    this.#nextOffset = (lastOffset + 1) as Offset
    if (epoch > this.highestLeaderEpoch) {
      this.highestLeaderEpoch = epoch
      this.leaderEpochs.push({ epoch, startOffset: baseOffset })
    }
    this.highestProducerId = Math.max(this.highestProducerId, producerId)
  }

  #addDamage({ position, endPosition, reason, damagedFrom, nextReadableOffset }: Damage): void {
    const place = { path: this.#surveyed().path, position, offset: damagedFrom }
    const bytes = endPosition - position
    this.findings.push(damage(reason, place, `${BREAK_REASONS[reason]}; ${bytes} bytes are lost.`))
    if (nextReadableOffset !== undefined && nextReadableOffset > damagedFrom) this.gaps = true
  }

  #surveyed(): SegmentToSurvey {
    if (this.#segment === undefined) throw new Error('No segment has begun.')
    return this.#segment
  }
}
