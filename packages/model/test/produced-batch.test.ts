import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBatch, encodeStoredBatch } from '../src/batch-encoding.ts'
import { decodeStoredRecords } from '../src/batch-decoding.ts'
import { stampCrc, stampMaxTimestamp } from '../src/batch-stamp.ts'
import { writeInt32 } from '../src/big-endian.ts'
import { LogError } from '../src/log-error.ts'
import { checkProducedBatch } from '../src/produced-batch.ts'
import {
  type BatchHeader,
  hasValidCrc,
  readBatchHeader,
  RECORD_COUNT_AT,
} from '../src/record-batch.ts'
import type { StoredRecord } from '../src/record-codec.ts'
import { anyCodec, someRecords } from './arbitrary-record.ts'

const LIMITS = {
  maxBatchBytes: 100_000,
  maxRecordBytes: 10_000,
  maxDecompressedBytes: 100_000,
}

const RECORDS = [1, 2, 3].map((timestamp) => ({
  key: Uint8Array.of(timestamp),
  value: new Uint8Array(10),
  headers: [{ name: 'n', value: null }],
  timestamp,
}))
const BATCH = encodeBatch({ records: RECORDS })

test('whatever encodeBatch makes is accepted, and its header answered', () => {
  fc.assert(
    fc.property(someRecords, anyCodec, (records, codec) => {
      const bytes = encodeBatch({
        records,
        codec,
        producerId: 1,
        producerEpoch: 0,
        baseSequence: 0,
      })
      expect(checkProducedBatch(bytes, 0, LIMITS)).toEqual(readBatchHeader(bytes))
    }),
  )
})

test('a batch is found anywhere in the bytes, and what follows it is not looked at', () => {
  const bytes = new Uint8Array([1, 2, 3, ...BATCH, 4, 5])
  expect(checkProducedBatch(bytes, 3, LIMITS)).toEqual(readBatchHeader(BATCH))
})

describe('CORRUPT_BATCH', () => {
  test('when the batch is cut short, wherever', () => {
    for (let length = 0; length < BATCH.length; length++) {
      expect(refusalOf(BATCH.slice(0, length)).code, `${length} bytes`).toBe('CORRUPT_BATCH')
    }
  })

  test('when one byte that the CRC covers is another', () => {
    for (let at = 17; at < BATCH.length; at++) {
      const bytes = BATCH.slice()
      bytes[at]! ^= 0x10
      expect(refusalOf(bytes).code, `byte ${at}`).toBe('CORRUPT_BATCH')
    }
  })

  test('when bytes follow the last record', () => {
    const longer = again((stored) => [...stored, place(stored[0]!, 3)], { recordCount: 3 })
    expect(refusalOf(longer).code).toBe('CORRUPT_BATCH')
  })

  test('when records are missing', () => {
    const shorter = again((stored) => stored.slice(0, 2), { recordCount: 3 })
    expect(refusalOf(shorter).code).toBe('CORRUPT_BATCH')
  })
})

describe('INVALID_RECORD', () => {
  const refused: readonly [string, Partial<BatchHeader>][] = [
    ['fewer records than offsets', { lastOffsetDelta: 3 }],
    ['more records than offsets', { lastOffsetDelta: 1 }],
    ['a control batch', { isControl: true }],
    ['a transaction', { isTransactional: true }],
    ['an append time', { timestampType: 'LogAppendTime' }],
    ['a delete horizon', { hasDeleteHorizon: true }],
    ['a producer id without a sequence', { producerId: 5, producerEpoch: 0 }],
    ['a producer id without an epoch', { producerId: 5, baseSequence: 0 }],
    ['a producer id below -1', { producerId: -2 }],
  ]
  test.each(refused)('for %s', (_what, header) => {
    expect(refusalOf(again((stored) => stored, header)).code).toBe('INVALID_RECORD')
  })

  test('for no records', () => {
    const empty = again(() => [], { recordCount: 0, lastOffsetDelta: 0 })
    expect(refusalOf(empty).code).toBe('INVALID_RECORD')
  })

  test('for an offset delta that is not the place in the batch, naming the record', () => {
    const gap = again(([first, second, third]) => [first!, second!, place(third!, 1)])
    expect(refusalOf(gap)).toMatchObject({ code: 'INVALID_RECORD', fields: { index: 2 } })
  })
})

describe('RECORD_TOO_LARGE', () => {
  test('for a batch, as it was sent', () => {
    expect(checkProducedBatch(BATCH, 0, { ...LIMITS, maxBatchBytes: BATCH.length })).toBeDefined()
    const refusal = refusalOf(BATCH, { ...LIMITS, maxBatchBytes: BATCH.length - 1 })
    expect(refusal.code).toBe('RECORD_TOO_LARGE')
  })

  test('for a record, naming it', () => {
    const small = { key: null, value: new Uint8Array(100), headers: [], timestamp: 0 }
    const large = { ...small, value: new Uint8Array(101) }
    const bytes = encodeBatch({ records: [small, large, large] })
    const refusal = refusalOf(bytes, { ...LIMITS, maxRecordBytes: 107 })
    expect(refusal).toMatchObject({ code: 'RECORD_TOO_LARGE', fields: { index: 1 } })
    expect(checkProducedBatch(bytes, 0, { ...LIMITS, maxRecordBytes: 108 })).toBeDefined()
  })
})

test('a max timestamp that is not the records’ is set right, CRC and all', () => {
  const bytes = BATCH.slice()
  stampMaxTimestamp(bytes, 0, 99)
  const header = checkProducedBatch(bytes, 0, LIMITS)
  expect(header.maxTimestamp).toBe(3)
  expect(bytes).toEqual(BATCH)
  expect(hasValidCrc(bytes, 0, header)).toBe(true)
})

function refusalOf(bytes: Uint8Array, limits = LIMITS): LogError {
  try {
    checkProducedBatch(bytes, 0, limits)
  } catch (error) {
    if (error instanceof LogError) return error
    throw error
  }
  throw new Error('It was accepted.')
}

/** The batch once more, with a right CRC, with other records or header fields. */
function again(
  change: (stored: readonly StoredRecord[]) => readonly StoredRecord[],
  fields: Partial<BatchHeader> = {},
): Uint8Array {
  const header = readBatchHeader(BATCH)!
  const stored = decodeStoredRecords(BATCH, 0, header, { maxBytes: 100_000 })
  const bytes = encodeStoredBatch({ ...header, ...fields }, change(stored))
  writeInt32(bytes, RECORD_COUNT_AT, fields.recordCount ?? header.recordCount)
  stampCrc(bytes, 0)
  return bytes
}

function place(record: StoredRecord, offsetDelta: number): StoredRecord {
  return { ...record, offsetDelta }
}
