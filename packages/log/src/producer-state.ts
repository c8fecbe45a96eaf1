/**
 * The last five batches of each of the 1,000 producers that last wrote to a partition, so that a repeat is known for
 * one. A function of the log with no clock in it: old timestamps must not make a producer forgotten.
 *
 * Encoded, big-endian; after the header one row for each producer, who wrote longest ago first:
 *
 *     at  header                       at  row
 *      0  magic `MRS1`                  0  producer id     i64
 *      4  CRC-32 of all bytes from 8    8  producer epoch  i16
 *      8  rows  u32                    10  last offset     i64
 *                                      18  batches         u8, then each in 24 bytes, the oldest first:
 *                                            base sequence i32, last offset delta i32,
 *                                            last offset i64, max timestamp i64
 *
 * Invariants
 *   - the batches of one producer are of one epoch, and their sequences follow each other;
 *   - no batch ends below the log start.
 */
import { crc32 } from 'node:zlib'
import { LogError } from '@millrace/model/log-error'
import { advance, type Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'

/** What makes a repeat recognizable; a `BatchHeader` has it. */
export type ProducedBatch = Pick<
  BatchHeader,
  'producerId' | 'producerEpoch' | 'baseSequence' | 'lastOffsetDelta' | 'isControl'
>

export type ProducerDecision =
  | { readonly kind: 'append' }
  /** A repeat, answered with the place its first copy was given. */
  | {
      readonly kind: 'duplicate'
      readonly baseOffset: Offset
      readonly lastOffset: Offset
      /** The first copy's: with LogAppendTime, the time it was given. */
      readonly maxTimestamp: number
    }

/** As many requests as Kafka's producers have under way at once. */
const BATCHES_KEPT = 5
export const PRODUCERS_KEPT = 1000

export class ProducerState {
  /** Who wrote longest ago first. */
  readonly #producers = new Map<number, Producer>()

  /** Before a batch is stamped. PRODUCER_FENCED (`currentEpoch`), OUT_OF_ORDER_SEQUENCE (`expectedSequence`). */
  check(batch: ProducedBatch): ProducerDecision {
    const producer = this.#producers.get(batch.producerId)
    if (!isSequenced(batch) || producer === undefined) return { kind: 'append' }
    const { producerId, producerEpoch, baseSequence } = batch
    const first = findRepeated(producer, batch)
    if (first !== undefined) return duplicateOf(first)
    if (producerEpoch < producer.epoch) {
      const detail = `Producer ${producerId} is at epoch ${producer.epoch}, not ${producerEpoch}.`
      throw new LogError('PRODUCER_FENCED', detail, { currentEpoch: producer.epoch })
    }
    const expectedSequence = nextSequence(producer, producerEpoch)
    if (baseSequence !== expectedSequence) {
      const detail = `Producer ${producerId} sent ${baseSequence}; ${expectedSequence} comes next.`
      throw new LogError('OUT_OF_ORDER_SEQUENCE', detail, { expectedSequence })
    }
    return { kind: 'append' }
  }

  /** A stamped batch, in offset order: just appended, or read back from the log. */
  apply(header: BatchHeader): void {
    const { producerId, producerEpoch: epoch, lastOffset } = header
    if (producerId < 0) return
    const before = this.#producers.get(producerId)
    const sameEpoch = before?.epoch === epoch ? before.batches : []
    const batches = isSequenced(header) ? [...sameEpoch, header].slice(-BATCHES_KEPT) : sameEpoch
    this.#put(producerId, { epoch, lastOffset, batches: batches.map(keepBatch) })
  }

  /** Batches that end below the log start are forgotten, and producers that have none left. */
  forgetBefore(logStartOffset: Offset): void {
    for (const [producerId, producer] of this.#producers) {
      const { lastOffset } = producer
      const batches = producer.batches.filter((batch) => batch.lastOffset >= logStartOffset)
      if (lastOffset < logStartOffset) this.#producers.delete(producerId)
      else if (batches.length < producer.batches.length) {
        this.#producers.set(producerId, { ...producer, batches })
      }
    }
  }

  encode(): Uint8Array {
    let size = HEADER_SIZE
    for (const { batches } of this.#producers.values()) {
      size += ROW_SIZE + batches.length * BATCH_SIZE
    }
    const bytes = Buffer.alloc(size)
    bytes.write(MAGIC, 0, 'latin1')
    bytes.writeUInt32BE(this.#producers.size, COUNT_AT)
    let at = HEADER_SIZE
    for (const [producerId, producer] of this.#producers) {
      at = writeProducer(bytes, at, producerId, producer)
    }
    bytes.writeUInt32BE(crc32(bytes.subarray(COUNT_AT)), CRC_AT)
    return bytes
  }

  /** Undefined when the bytes are not what `encode` made. */
  static decode(encoded: Uint8Array): ProducerState | undefined {
    const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length)
    if (bytes.length < HEADER_SIZE || bytes.toString('latin1', 0, CRC_AT) !== MAGIC)
      return undefined
    if (crc32(bytes.subarray(COUNT_AT)) !== bytes.readUInt32BE(CRC_AT)) return undefined
    const state = new ProducerState()
    const count = bytes.readUInt32BE(COUNT_AT)
    let at = HEADER_SIZE
    for (let row = 0; row < count; row++) {
      const { producerId, producer, end } = readProducer(bytes, at)
      state.#put(producerId, producer)
      at = end
    }
    return state
  }

  #put(producerId: number, producer: Producer): void {
    // Last in the map is who wrote last.
    this.#producers.delete(producerId)
    this.#producers.set(producerId, producer)
    const [oldest] = this.#producers.keys()
    if (this.#producers.size > PRODUCERS_KEPT && oldest !== undefined) {
      this.#producers.delete(oldest)
    }
  }
}

interface Producer {
  readonly epoch: number
  /** Of its last batch, a transaction's end included. */
  readonly lastOffset: Offset
  readonly batches: readonly KeptBatch[]
}

type KeptBatch = Pick<
  BatchHeader,
  'baseSequence' | 'lastOffsetDelta' | 'lastOffset' | 'maxTimestamp'
>

/** The rest of the header is let go of. */
function keepBatch(batch: KeptBatch): KeptBatch {
  const { baseSequence, lastOffsetDelta, lastOffset, maxTimestamp } = batch
  return { baseSequence, lastOffsetDelta, lastOffset, maxTimestamp }
}

function isSequenced(batch: ProducedBatch): boolean {
  return batch.producerId >= 0 && !batch.isControl && batch.baseSequence >= 0
}

function findRepeated(producer: Producer, batch: ProducedBatch): KeptBatch | undefined {
  if (batch.producerEpoch !== producer.epoch) return undefined
  return producer.batches.find(
    (kept) =>
      kept.baseSequence === batch.baseSequence && kept.lastOffsetDelta === batch.lastOffsetDelta,
  )
}

function duplicateOf(first: KeptBatch): ProducerDecision {
  const { lastOffset, lastOffsetDelta, maxTimestamp } = first
  const baseOffset = advance(lastOffset, -lastOffsetDelta)
  return { kind: 'duplicate', baseOffset, lastOffset, maxTimestamp }
}

/** A new epoch begins at 0; otherwise sequences go on, and after the largest comes 0. */
function nextSequence(producer: Producer, epoch: number): number {
  const last = producer.batches.at(-1)
  if (epoch > producer.epoch || last === undefined) return 0
  return (last.baseSequence + last.lastOffsetDelta + 1) % SEQUENCES
}

const SEQUENCES = 2 ** 31

const MAGIC = 'MRS1'
const CRC_AT = 4
const COUNT_AT = 8
const HEADER_SIZE = 12
const ROW_SIZE = 19
const BATCH_SIZE = 24

function writeProducer(bytes: Buffer, at: number, producerId: number, producer: Producer): number {
  bytes.writeBigInt64BE(BigInt(producerId), at)
  bytes.writeInt16BE(producer.epoch, at + 8)
  bytes.writeBigInt64BE(BigInt(producer.lastOffset), at + 10)
  bytes.writeUInt8(producer.batches.length, at + 18)
  let end = at + ROW_SIZE
  for (const batch of producer.batches) {
    bytes.writeInt32BE(batch.baseSequence, end)
    bytes.writeInt32BE(batch.lastOffsetDelta, end + 4)
    bytes.writeBigInt64BE(BigInt(batch.lastOffset), end + 8)
    bytes.writeBigInt64BE(BigInt(batch.maxTimestamp), end + 16)
    end += BATCH_SIZE
  }
  return end
}

function readProducer(bytes: Buffer, at: number) {
  const count = bytes.readUInt8(at + 18)
  const end = at + ROW_SIZE + count * BATCH_SIZE
  const batches: KeptBatch[] = []
  for (let from = at + ROW_SIZE; from < end; from += BATCH_SIZE) {
    batches.push({
      baseSequence: bytes.readInt32BE(from),
      lastOffsetDelta: bytes.readInt32BE(from + 4),
      lastOffset: Number(bytes.readBigInt64BE(from + 8)) as Offset,
      maxTimestamp: Number(bytes.readBigInt64BE(from + 16)),
    })
  }
  const epoch = bytes.readInt16BE(at + 8)
  const lastOffset = Number(bytes.readBigInt64BE(at + 10)) as Offset
  return {
    producerId: Number(bytes.readBigInt64BE(at)),
    producer: { epoch, lastOffset, batches },
    end,
  }
}
