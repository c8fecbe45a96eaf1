/**
 * Kafka's snapshot of a partition's producers, `<offset>.snapshot`: what they were after all records below that offset.
 * Millrace reads it in what is brought in, and writes none. Big-endian:
 *
 *     at  header         |  at  row, 46 bytes
 *      0  version  i16 1 |   0  producer id         i64
 *      2  CRC-32C  u32   |   8  producer epoch      i16
 *         of bytes 6 on  |  10  last sequence       i32
 *      6  rows     i32   |  14  last offset         i64
 *                        |  22  last offset delta   i32
 *                        |  26  timestamp           i64
 *                        |  34  coordinator epoch   i32
 *                        |  38  open transaction's first offset i64, -1: none
 *
 * Of each producer it has the last batch alone, so that a repeat of an earlier one is not known after it.
 */
import { crc32c } from '@millrace/model/crc32c'
import { type Offset, toOffset } from '@millrace/model/offset'

export interface ProducerSnapshotRow {
  readonly producerId: number
  readonly producerEpoch: number
  /** -1: no batch with a sequence was seen. */
  readonly lastSequence: number
  readonly lastOffset: number
  readonly lastOffsetDelta: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** Of the transaction coordinator that ended its last transaction; -1: none has ended. */
  readonly coordinatorEpoch: number
  /** The first offset of a transaction that has not ended. */
  readonly openTransactionFrom: Offset | undefined
}

/** Undefined when the CRC or the layout is wrong: Kafka would then go to an older one. */
export function decodeProducerSnapshot(bytes: Buffer): readonly ProducerSnapshotRow[] | undefined {
  if (bytes.length < HEADER_SIZE || bytes.readInt16BE(0) !== VERSION) return undefined
  if (crc32c(bytes.subarray(CRC_COVERS_FROM)) !== bytes.readUInt32BE(CRC_AT)) return undefined
  const count = bytes.readInt32BE(CRC_COVERS_FROM)
  if (count < 0 || bytes.length !== HEADER_SIZE + count * ROW_SIZE) return undefined
  return Array.from({ length: count }, (_, row) => decodeRow(bytes, HEADER_SIZE + row * ROW_SIZE))
}

const VERSION = 1
const CRC_AT = 2
const CRC_COVERS_FROM = 6
const HEADER_SIZE = 10
const ROW_SIZE = 46

function decodeRow(bytes: Buffer, at: number): ProducerSnapshotRow {
  return {
    producerId: Number(bytes.readBigInt64BE(at)),
    producerEpoch: bytes.readInt16BE(at + 8),
    lastSequence: bytes.readInt32BE(at + 10),
    lastOffset: Number(bytes.readBigInt64BE(at + 14)),
    lastOffsetDelta: bytes.readInt32BE(at + 22),
    timestamp: Number(bytes.readBigInt64BE(at + 26)),
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    openTransactionFrom: toOffset(bytes.readBigInt64BE(at + 38)),
  }
}
