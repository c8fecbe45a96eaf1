import { assert } from './assert.ts'
import { stampCrc } from './batch-stamp.ts'
import { writeInt16, writeInt32, writeInt64 } from './big-endian.ts'
import { ByteWriter } from './byte-writer.ts'
import { compress } from '#compression'
import { FIRST_OFFSET } from './offset.ts'
import * as layout from './record-batch.ts'
import type { BatchHeader } from './record-batch.ts'
import { recordBodySize, writeRecord, type StoredRecord } from './record-codec.ts'
import type { RecordContent } from './record.ts'
import { varintSize } from './varint.ts'

/** What the records do not say. Left out: no codec, no producer, offset 0, epoch -1 (any), CreateTime. */
export type BatchOptions = Partial<
  Pick<
    BatchHeader,
    | 'codec'
    | 'producerId'
    | 'producerEpoch'
    | 'baseSequence'
    | 'baseOffset'
    | 'partitionLeaderEpoch'
    | 'isTransactional'
    | 'isControl'
    | 'timestampType'
  >
>

/** One batch of one record or more, with the offsets 0, 1, 2, … after the base offset. */
export function encodeBatch(
  batch: BatchOptions & { readonly records: readonly RecordContent[] },
): Uint8Array<ArrayBuffer> {
  const { records } = batch
  const [first] = records
  assert(first !== undefined, 'a batch has records')
  const baseTimestamp = first.timestamp
  const bodySizes = new Uint32Array(records.length)
  let maxTimestamp = baseTimestamp
  let recordsSize = 0
  let index = 0
  for (const record of records) {
    const bodySize = recordBodySize(record, record.timestamp - baseTimestamp, index)
    bodySizes[index++] = bodySize
    recordsSize += varintSize(bodySize) + bodySize
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp
  }
  const bytes = new Uint8Array(layout.BATCH_HEADER_SIZE + recordsSize)
  const writer = new ByteWriter(bytes, layout.BATCH_HEADER_SIZE)
  index = 0
  for (const record of records) {
    const timestampDelta = record.timestamp - baseTimestamp
    writeRecord(writer, record, bodySizes[index] ?? 0, timestampDelta, index)
    index++
  }
  assert(writer.at === bytes.length, 'the size that was computed is the size that was written')
  const header = { ...DEFAULTS, ...batch, baseTimestamp, maxTimestamp }
  return finish(bytes, {
    ...header,
    lastOffsetDelta: records.length - 1,
    recordCount: records.length,
    hasDeleteHorizon: false,
  })
}

/**
 * A batch again from what was read of it, with its gaps, its delete horizon and its times. Without a codec
 * it is the same bytes.
 */
export function encodeStoredBatch(
  header: BatchHeader,
  records: readonly StoredRecord[],
): Uint8Array<ArrayBuffer> {
  const bodySizes = records.map((record) =>
    recordBodySize(record, record.timestampDelta, record.offsetDelta),
  )
  const recordsSize = bodySizes.reduce((sum, size) => sum + varintSize(size) + size, 0)
  const bytes = new Uint8Array(layout.BATCH_HEADER_SIZE + recordsSize)
  const writer = new ByteWriter(bytes, layout.BATCH_HEADER_SIZE)
  for (const [index, record] of records.entries()) {
    const { timestampDelta, offsetDelta } = record
    writeRecord(writer, record, bodySizes[index] ?? 0, timestampDelta, offsetDelta)
  }
  return finish(bytes, { ...header, recordCount: records.length })
}

/** A batch without records that spans offsets: what is left where all of them are gone. */
export function emptyBatch(
  span: Pick<BatchHeader, 'baseOffset' | 'lastOffset'> & Partial<BatchHeader>,
): Uint8Array<ArrayBuffer> {
  assert(span.baseOffset <= span.lastOffset, 'a batch spans an offset at least')
  const lastOffsetDelta = span.lastOffset - span.baseOffset
  const header = { ...DEFAULTS, ...NO_TIME, ...span, lastOffsetDelta, recordCount: 0 }
  return finish(new Uint8Array(layout.BATCH_HEADER_SIZE), header)
}

type HeaderToWrite = Omit<BatchHeader, 'lastOffset' | 'sizeInBytes' | 'crc'>

/** `bytes` has room for a header, then the records, not yet compressed. */
function finish(bytes: Uint8Array<ArrayBuffer>, header: HeaderToWrite): Uint8Array<ArrayBuffer> {
  const batch = header.codec === 'none' ? bytes : withRecordsCompressed(bytes, header.codec)
  writeHeader(batch, header)
  stampCrc(batch, 0)
  return batch
}

function withRecordsCompressed(
  bytes: Uint8Array,
  codec: Exclude<BatchHeader['codec'], 'none'>,
): Uint8Array<ArrayBuffer> {
  const records = compress(codec, bytes.subarray(layout.BATCH_HEADER_SIZE))
  const batch = new Uint8Array(layout.BATCH_HEADER_SIZE + records.length)
  batch.set(records, layout.BATCH_HEADER_SIZE)
  return batch
}

function writeHeader(batch: Uint8Array, header: HeaderToWrite): void {
  writeInt64(batch, layout.BASE_OFFSET_AT, header.baseOffset)
  writeInt32(batch, layout.LENGTH_AT, batch.length - layout.LOG_OVERHEAD)
  writeInt32(batch, layout.LEADER_EPOCH_AT, header.partitionLeaderEpoch)
  batch[layout.MAGIC_AT] = layout.MAGIC
  writeInt16(batch, layout.ATTRIBUTES_AT, attributesOf(header))
  writeInt32(batch, layout.LAST_OFFSET_DELTA_AT, header.lastOffsetDelta)
  writeInt64(batch, layout.BASE_TIMESTAMP_AT, header.baseTimestamp)
  writeInt64(batch, layout.MAX_TIMESTAMP_AT, header.maxTimestamp)
  writeInt64(batch, layout.PRODUCER_ID_AT, header.producerId)
  writeInt16(batch, layout.PRODUCER_EPOCH_AT, header.producerEpoch)
  writeInt32(batch, layout.BASE_SEQUENCE_AT, header.baseSequence)
  writeInt32(batch, layout.RECORD_COUNT_AT, header.recordCount)
}

function attributesOf(header: HeaderToWrite): number {
  return (
    layout.CODECS.indexOf(header.codec) |
    (header.timestampType === 'LogAppendTime' ? layout.LOG_APPEND_TIME_BIT : 0) |
    (header.isTransactional ? layout.TRANSACTIONAL_BIT : 0) |
    (header.isControl ? layout.CONTROL_BIT : 0) |
    (header.hasDeleteHorizon ? layout.DELETE_HORIZON_BIT : 0)
  )
}

const NO_TIME = { baseTimestamp: -1, maxTimestamp: -1, hasDeleteHorizon: false }

const DEFAULTS = {
  codec: 'none',
  producerId: -1,
  producerEpoch: -1,
  baseSequence: -1,
  baseOffset: FIRST_OFFSET,
  partitionLeaderEpoch: -1,
  isTransactional: false,
  isControl: false,
  timestampType: 'CreateTime',
} as const satisfies Required<BatchOptions>
