import { describe, expect, test } from 'vitest'
import { decodeRecords, decodeStoredRecords } from '../src/batch-decoding.ts'
import { encodeStoredBatch } from '../src/batch-encoding.ts'
import { readControlRecord } from '../src/control-record.ts'
import { hasValidCrc, readBatchHeader } from '../src/record-batch.ts'
import type { LogRecord } from '../src/record.ts'
import { fromHex, GOLDEN, toHex, type GoldenBatch, type GoldenRecord } from './golden.ts'

const LIMITS = { maxBytes: 1024 * 1024 }

describe.each(GOLDEN)('what Kafka wrote: $name', ({ hex, batches }) => {
  const bytes = fromHex(hex)

  test('is read as Kafka reads it', () => {
    let at = 0
    for (const golden of batches) {
      const header = readBatchHeader(bytes, at)!
      expect(header).toEqual(headerOf(golden))
      expect(hasValidCrc(bytes, at, header)).toBe(golden.isValid)
      const records = decodeRecords(bytes, at, header, LIMITS)
      expect(records.map(describeRecord)).toEqual(golden.records.map(recordOf))
      at += header.sizeInBytes
    }
    expect(at).toBe(bytes.length)
  })

  test('is written again, byte for byte when it is not compressed', () => {
    const header = readBatchHeader(bytes)!
    const records = decodeStoredRecords(bytes, 0, header, LIMITS)
    const again = encodeStoredBatch(header, records)
    if (header.codec === 'none') expect(toHex(again)).toBe(hex)
    const headerAgain = readBatchHeader(again)!
    expect(hasValidCrc(again, 0, headerAgain)).toBe(true)
    expect(decodeRecords(again, 0, headerAgain, LIMITS)).toEqual(
      decodeRecords(bytes, 0, header, LIMITS),
    )
  })
})

test.each([
  ['txn-commit-marker', 'commit'],
  ['txn-abort-marker', 'abort'],
])('the control record of %s says %s, and by which coordinator', (name, type) => {
  const bytes = fromHex(GOLDEN.find((entry) => entry.name === name)!.hex)
  const [record] = decodeRecords(bytes, 0, readBatchHeader(bytes)!, LIMITS)
  expect(readControlRecord(record!)).toEqual({ type, coordinatorEpoch: 5 })
})

function headerOf(golden: GoldenBatch) {
  const baseOffset = Number(golden.baseOffset)
  const lastOffset = Number(golden.lastOffset)
  return {
    baseOffset,
    lastOffset,
    lastOffsetDelta: lastOffset - baseOffset,
    sizeInBytes: golden.sizeInBytes,
    partitionLeaderEpoch: golden.partitionLeaderEpoch,
    crc: golden.crc,
    codec: golden.compression,
    timestampType: golden.timestampType,
    isTransactional: golden.isTransactional,
    isControl: golden.isControl,
    hasDeleteHorizon: golden.deleteHorizonMs !== null,
    baseTimestamp: Number(golden.baseTimestamp),
    maxTimestamp: Number(golden.maxTimestamp),
    producerId: Number(golden.producerId),
    producerEpoch: golden.producerEpoch,
    baseSequence: golden.baseSequence,
    recordCount: golden.count,
  }
}

function describeRecord({ offset, timestamp, key, value, headers }: LogRecord) {
  return {
    offset,
    timestamp,
    key: hexOrNull(key),
    value: hexOrNull(value),
    headers: headers.map(({ name, value: bytes }) => [name, hexOrNull(bytes)]),
  }
}

function recordOf(golden: GoldenRecord) {
  return {
    offset: Number(golden.offset),
    timestamp: Number(golden.timestamp),
    key: golden.keyHex,
    value: golden.valueHex,
    headers: golden.headers.map(({ key, valueHex }) => [key, valueHex]),
  }
}

function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : toHex(bytes)
}
