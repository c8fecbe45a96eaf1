/**
 * Kafka's producer state, `<offset>.snapshot`, big-endian: what is known of every producer before that offset.
 *
 *     at  field                     at  row, 46 bytes
 *      0  version          i16, 1    0  producer id                i64
 *      2  CRC-32C of bytes           8  producer epoch             i16
 *         6 to the end     u32      10  last sequence              i32
 *      6  rows             i32      14  last offset                i64
 *                                   22  offset delta of its batch  i32
 *                                   26  timestamp                  i64
 *                                   34  coordinator epoch          i32
 *                                   38  first offset of the open
 *                                       transaction, or -1         i64
 */
import { crc32c } from '@millrace/model/crc32c'
import type { DumpedProducer } from './dump-entry.ts'

/** What is wrong with the file, when it is none. */
export function readProducerSnapshot(
  bytes: Buffer,
): { readonly producers: readonly DumpedProducer[] } | { readonly problem: string } {
  if (bytes.length < HEADER_SIZE) return { problem: 'a producer snapshot is longer than that' }
  if (bytes.readInt16BE(0) !== VERSION) return { problem: 'a producer snapshot of another version' }
  if (crc32c(bytes.subarray(COUNT_AT)) !== bytes.readUInt32BE(CRC_AT)) {
    return { problem: 'the producer snapshot fails its CRC' }
  }
  const count = bytes.readInt32BE(COUNT_AT)
  if (HEADER_SIZE + count * ROW_SIZE !== bytes.length) {
    return { problem: `${count} rows do not fit its length` }
  }
  const rows = Array.from({ length: count }, (_, row) => HEADER_SIZE + row * ROW_SIZE)
  return { producers: rows.map((at) => readRow(bytes, at)) }
}

function readRow(bytes: Buffer, at: number): DumpedProducer {
  const firstOffset = Number(bytes.readBigInt64BE(at + 38))
  return {
    kind: 'producer',
    producerId: Number(bytes.readBigInt64BE(at)),
    producerEpoch: bytes.readInt16BE(at + 8),
    lastSequence: bytes.readInt32BE(at + 10),
    lastOffset: Number(bytes.readBigInt64BE(at + 14)),
    offsetDelta: bytes.readInt32BE(at + 22),
    timestamp: Number(bytes.readBigInt64BE(at + 26)),
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    currentTransactionFirstOffset: firstOffset < 0 ? undefined : firstOffset,
  }
}

const VERSION = 1
const CRC_AT = 2
const COUNT_AT = 6
const HEADER_SIZE = 10
const ROW_SIZE = 46
