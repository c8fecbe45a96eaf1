import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRecords } from '../src/batch-decoding.ts'
import { emptyBatch, encodeBatch } from '../src/batch-encoding.ts'
import { stampAppendTime, stampBatch } from '../src/batch-stamp.ts'
import { hasValidCrc, readBatchHeader } from '../src/record-batch.ts'
import type { Offset } from '../src/offset.ts'
import { anyCodec, someRecords } from './arbitrary-record.ts'
import { toHex } from './golden.ts'

const LIMITS = { maxBytes: 1024 * 1024 }

test('records come back as they were, with dense offsets, through every codec', () => {
  fc.assert(
    fc.property(someRecords, anyCodec, fc.maxSafeNat(), (records, codec, offset) => {
      const baseOffset = Math.max(offset - records.length, 0) as Offset
      const bytes = encodeBatch({ records, codec, baseOffset })
      const header = readBatchHeader(bytes)!
      expect(hasValidCrc(bytes, 0, header)).toBe(true)
      expect(header.sizeInBytes).toBe(bytes.length)
      const times = records.map(({ timestamp }) => timestamp)
      expect(header).toMatchObject({
        codec,
        baseOffset,
        lastOffset: baseOffset + records.length - 1,
        recordCount: records.length,
        baseTimestamp: times[0],
        maxTimestamp: Math.max(...times),
      })
      expect(decodeRecords(bytes, 0, header, LIMITS)).toEqual(
        records.map((record, index) => ({ ...record, offset: baseOffset + index })),
      )
    }),
  )
})

test('what the records do not say is in the header', () => {
  const records = [{ key: null, value: null, headers: [], timestamp: 5 }]
  const given = {
    producerId: 2 ** 40,
    producerEpoch: 7,
    baseSequence: 2 ** 31 - 1,
    baseOffset: 9 as Offset,
    partitionLeaderEpoch: 3,
    isTransactional: true,
    isControl: true,
    timestampType: 'LogAppendTime',
  } as const
  expect(readBatchHeader(encodeBatch({ records, ...given }))).toMatchObject(given)
  expect(readBatchHeader(encodeBatch({ records }))).toMatchObject({
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
    baseOffset: 0,
    partitionLeaderEpoch: -1,
    isTransactional: false,
    isControl: false,
    hasDeleteHorizon: false,
    timestampType: 'CreateTime',
    codec: 'none',
  })
})

test('a header name of two, three and four bytes a character, or half a character, is UTF-8', () => {
  const name = 'aé€😀\ud800z'
  const records = [{ key: null, value: null, headers: [{ name, value: null }], timestamp: 0 }]
  const bytes = encodeBatch({ records })
  const [record] = decodeRecords(bytes, 0, readBatchHeader(bytes)!, LIMITS)
  expect(record!.headers).toEqual([{ name: 'aé€😀\ufffdz', value: null }])
})

test('a stamp changes the twelve bytes outside the CRC, and no other', () => {
  const records = [{ key: null, value: null, headers: [], timestamp: 5 }]
  const before = encodeBatch({ records })
  const batch = before.slice()
  stampBatch(batch, 0, { baseOffset: (2 ** 40) as Offset, partitionLeaderEpoch: 6 })
  const header = readBatchHeader(batch)!
  expect(header).toMatchObject({ baseOffset: 2 ** 40, partitionLeaderEpoch: 6 })
  expect(hasValidCrc(batch, 0, header)).toBe(true)
  expect(toHex(batch.subarray(8, 12))).toBe(toHex(before.subarray(8, 12)))
  expect(toHex(batch.subarray(16))).toBe(toHex(before.subarray(16)))
})

test('after an append time every record has it, and the CRC holds', () => {
  const records = [1, 2, 3].map((timestamp) => ({ key: null, value: null, headers: [], timestamp }))
  const second = encodeBatch({ records, codec: 'zstd' })
  const bytes = new Uint8Array([...encodeBatch({ records }), ...second])
  const at = bytes.length - second.length
  stampAppendTime(bytes, at, 1_763_800_000_000)
  const header = readBatchHeader(bytes, at)!
  expect(header).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: 1_763_800_000_000 })
  expect(hasValidCrc(bytes, at, header)).toBe(true)
  const times = decodeRecords(bytes, at, header, LIMITS).map(({ timestamp }) => timestamp)
  expect(times).toEqual([1_763_800_000_000, 1_763_800_000_000, 1_763_800_000_000])
  expect(readBatchHeader(bytes)).toMatchObject({ timestampType: 'CreateTime', maxTimestamp: 3 })
})

test('an empty batch is 61 bytes, spans offsets and holds no record', () => {
  const span = { baseOffset: 40 as Offset, lastOffset: 52 as Offset }
  const bytes = emptyBatch({ ...span, partitionLeaderEpoch: 4 })
  expect(bytes.length).toBe(61)
  const header = readBatchHeader(bytes)!
  expect(header).toMatchObject({ ...span, lastOffsetDelta: 12, recordCount: 0 })
  expect(header).toMatchObject({ partitionLeaderEpoch: 4, baseTimestamp: -1, maxTimestamp: -1 })
  expect(hasValidCrc(bytes, 0, header)).toBe(true)
  expect(decodeRecords(bytes, 0, header, LIMITS)).toEqual([])
})
