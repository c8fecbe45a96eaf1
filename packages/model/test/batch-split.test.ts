import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBatch } from '../src/batch-encoding.ts'
import { estimateRecordSize, splitIntoBatches } from '../src/batch-split.ts'
import { LogError } from '../src/log-error.ts'
import { anyRecord } from './arbitrary-record.ts'

const manyRecords = fc.array(anyRecord, { maxLength: 50 })

test('runs keep every record in order, fit, and none could have taken the next record too', () => {
  fc.assert(
    fc.property(manyRecords, fc.integer({ min: 700, max: 3_000 }), (records, maxBatchBytes) => {
      const runs = splitIntoBatches(records, maxBatchBytes)
      expect(runs.flat()).toEqual(records)
      for (const [index, run] of runs.entries()) {
        expect(encodeBatch({ records: run }).length).toBeLessThanOrEqual(maxBatchBytes)
        const next = runs[index + 1]?.[0]
        if (next === undefined) continue
        expect(encodeBatch({ records: [...run, next] }).length).toBeGreaterThan(maxBatchBytes)
      }
    }),
  )
})

test('a record that no batch can hold is RECORD_TOO_LARGE, and named', () => {
  const record = (size: number) => {
    return { key: null, value: new Uint8Array(size), headers: [], timestamp: 0 }
  }
  const [limit] = [encodeBatch({ records: [record(200)] }).length]
  expect(splitIntoBatches([record(200), record(200)], limit)).toHaveLength(2)
  const refusal = new LogError('RECORD_TOO_LARGE', '')
  expect(() => splitIntoBatches([record(200), record(10), record(201)], limit)).toThrow(
    expect.objectContaining({ code: refusal.code, fields: { index: 2 } }),
  )
})

test('the estimate is never less than what a record takes, and little more', () => {
  fc.assert(
    fc.property(manyRecords, (records) => {
      const estimate = records.reduce((sum, record) => sum + estimateRecordSize(record), 61)
      const actual = records.length === 0 ? 61 : encodeBatch({ records }).length
      expect(estimate).toBeGreaterThanOrEqual(actual)
      expect(estimate - actual).toBeLessThanOrEqual(records.length * 14)
    }),
  )
})
