import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRecords } from '../src/batch-decoding.ts'
import { encodeBatch } from '../src/batch-encoding.ts'
import { stampCrc } from '../src/batch-stamp.ts'
import { writeInt32 } from '../src/big-endian.ts'
import { compress } from '../src/compression.ts'
import { readControlRecord } from '../src/control-record.ts'
import { LogError } from '../src/log-error.ts'
import { checkProducedBatch } from '../src/produced-batch.ts'
import { BATCH_HEADER_SIZE, LENGTH_AT, readBatchHeader } from '../src/record-batch.ts'
import { fromHex, GOLDEN } from './golden.ts'

const LIMITS = { maxBatchBytes: 100_000, maxRecordBytes: 10_000, maxDecompressedBytes: 50_000 }

describe.each(GOLDEN)('$name, spoiled by someone who makes the CRC right again,', ({ hex }) => {
  const bytes = fromHex(hex)

  test('is read or refused, whichever bit is flipped', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      if (readBatchHeader(flipped)?.sizeInBytes === bytes.length) stampCrc(flipped, 0)
      expectReadOrRefused(flipped)
    }
  })

  test('is read or refused, whatever its records are replaced by', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(),
        fc.nat(bytes.length),
        (junk, at, cut) => {
          const from = BATCH_HEADER_SIZE + (at % (bytes.length - BATCH_HEADER_SIZE))
          const tail = bytes.subarray(Math.max(cut, from))
          const spoiled = new Uint8Array([...bytes.subarray(0, from), ...junk, ...tail])
          writeInt32(spoiled, LENGTH_AT, spoiled.length - 12)
          stampCrc(spoiled, 0)
          expectReadOrRefused(spoiled)
        },
      ),
    )
  })
})

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', (codec) => {
  test('records that would take more than the limit are refused', () => {
    const record = { key: null, value: new Uint8Array(49_950), headers: [], timestamp: 0 }
    const fits = encodeBatch({ records: [record], codec })
    const limits = { ...LIMITS, maxRecordBytes: 1_000_000 }
    expect(checkProducedBatch(fits, 0, limits).recordCount).toBe(1)
    const bomb = encodeBatch({ records: [{ ...record, value: new Uint8Array(50_000) }], codec })
    expect(bomb.length).toBeLessThan(5_000)
    expect(() => checkProducedBatch(bomb, 0, limits)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_BATCH' }),
    )
  })

  test('a bomb makes no more than the limit, and nothing is left of it', () => {
    const bomb = compress(codec, new Uint8Array(64 * 1024 * 1024))
    const batch = encodeBatch({
      records: [{ key: null, value: null, headers: [], timestamp: 0 }],
      codec,
    })
    const bytes = new Uint8Array([...batch.subarray(0, BATCH_HEADER_SIZE), ...bomb])
    writeInt32(bytes, LENGTH_AT, bytes.length - 12)
    stampCrc(bytes, 0)
    const header = readBatchHeader(bytes)!
    for (let round = 0; round < 100; round++) {
      expect(() => decodeRecords(bytes, 0, header, { maxBytes: 50_000 })).toThrow(
        expect.objectContaining({ code: 'CORRUPT_BATCH' }),
      )
    }
  })
})

test('a count of two thousand million makes nothing', () => {
  const bytes = encodeBatch({ records: [{ key: null, value: null, headers: [], timestamp: 0 }] })
  writeInt32(bytes, 57, 2 ** 31 - 1)
  writeInt32(bytes, 23, 2 ** 31 - 2)
  stampCrc(bytes, 0)
  expect(() => checkProducedBatch(bytes, 0, LIMITS)).toThrow(
    expect.objectContaining({ code: 'CORRUPT_BATCH' }),
  )
})

/** Nothing but a LogError is ever thrown, and what is answered keeps its word. */
function expectReadOrRefused(bytes: Uint8Array): void {
  const header = readBatchHeader(bytes)
  if (header === undefined) return
  const records = unlessRefused(() =>
    decodeRecords(bytes, 0, header, { maxBytes: LIMITS.maxDecompressedBytes }),
  )
  for (const record of records ?? []) {
    expect(record.offset).toBeGreaterThanOrEqual(header.baseOffset)
    expect(record.offset).toBeLessThanOrEqual(header.lastOffset)
    expect(Number.isSafeInteger(record.timestamp)).toBe(true)
    readControlRecord(record)
  }
  const checked = unlessRefused(() => checkProducedBatch(bytes.slice(), 0, LIMITS))
  if (checked !== undefined) expect(records).toHaveLength(checked.recordCount)
}

function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof LogError) return undefined
    throw error
  }
}
