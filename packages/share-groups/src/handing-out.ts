import type { AcquiredRecord, AcquireRequest } from '@millrace/model/share-group'
import type { LogRecord } from '@millrace/model/record'
import type { GroupPartition, GroupPartitions } from './group-partitions.ts'
import { readShared } from './read-shared.ts'
import type { Receipts } from './receipt.ts'
import type { Taken } from './share-partition.ts'
import type { ShareParts } from './share-parts.ts'

/** Hands out records of one group, in one turn. */
export class HandingOut {
  readonly #parts: ShareParts
  readonly #partitions: GroupPartitions
  readonly #receipts: Receipts
  readonly #nowMs: number
  #chunksLeft = CHUNKS_A_TURN

  constructor(parts: ShareParts, partitions: GroupPartitions, receipts: Receipts, nowMs: number) {
    this.#parts = parts
    this.#partitions = partitions
    this.#receipts = receipts
    this.#nowMs = nowMs
  }

  /** It may not be all there is: the next turn goes on looking. */
  get isCutShort(): boolean {
    return this.#chunksLeft <= 0
  }

  /** From the partition at place `first` on, in their turn. */
  async serve(request: AcquireRequest, first: number): Promise<readonly AcquiredRecord[]> {
    const { all } = this.#partitions
    const served: AcquiredRecord[] = []
    let bytesLeft = request.maxBytes
    for (let step = 0; step < all.length && served.length < request.maxRecords; step++) {
      const from = all[(first + step) % all.length]
      if (from === undefined || bytesLeft <= 0) break
      const want = { records: request.maxRecords - served.length, bytes: bytesLeft }
      const records = await this.#serveFrom(from, request.consumer, want, served.length === 0)
      for (const { record } of records) bytesLeft -= sizeOf(record)
      served.push(...records)
    }
    return served.sort(byPlace)
  }

  async #serveFrom(
    from: GroupPartition,
    consumer: string,
    want: { readonly records: number; readonly bytes: number },
    isFirst: boolean,
  ): Promise<readonly AcquiredRecord[]> {
    const found: { readonly taken: Taken; readonly record: LogRecord }[] = []
    let bytesLeft = want.bytes
    let isFull = false
    let isGone: boolean
    do {
      isGone = false
      const taken = from.share.take(want.records - found.length, this.#nowMs)
      for (const [index, one] of taken.entries()) {
        const record = await readShared(this.#parts, from, one.offset)
        isGone ||= record === undefined
        if (record === undefined) continue
        const size = sizeOf(record)
        isFull = size > bytesLeft && !(isFirst && found.length === 0)
        if (isFull) {
          from.share.offer(taken.slice(index))
          break
        }
        bytesLeft -= size
        found.push({ taken: one, record })
      }
      // In the place of those that are gone others may come.
    } while (!isFull && found.length < want.records && (isGone || (await this.#lookFurther(from))))
    if (found.length === 0) return []
    return this.#acquire(from, consumer, found)
  }

  #acquire(
    { log, partition, share, topicId }: GroupPartition,
    consumer: string,
    found: readonly { readonly taken: Taken; readonly record: LogRecord }[],
  ): readonly AcquiredRecord[] {
    const sorted = [...found].sort((one, other) => one.taken.offset - other.taken.offset)
    const taken = sorted.map((one) => one.taken)
    const { number, untilMs } = share.acquire(consumer, taken, this.#nowMs)
    const topic = this.#parts.topics.findById(topicId)?.name ?? ''
    return sorted.map(({ taken: { offset, deliveryCount }, record }) => ({
      receipt: this.#receipts.seal({ log: log.id, offset, number }),
      deliveryCount,
      lockedUntil: untilMs,
      topic,
      partition,
      record,
    }))
  }

  /** A turn does not last long, however much of the log is held up: others wait for it. */
  async #lookFurther(from: GroupPartition): Promise<boolean> {
    if (this.#chunksLeft <= 0) return false
    const hasMore = await this.#partitions.scan(from)
    if (hasMore) this.#chunksLeft--
    return hasMore
  }
}

const CHUNKS_A_TURN = 16

function sizeOf({ key, value, headers }: LogRecord): number {
  let size = (key?.length ?? 0) + (value?.length ?? 0)
  for (const { name, value: bytes } of headers) size += name.length + (bytes?.length ?? 0)
  return size
}

function byPlace(one: AcquiredRecord, other: AcquiredRecord): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1
  return one.partition - other.partition || one.record.offset - other.record.offset
}
