import { encodeBatch } from '@millrace/model/batch-encoding'
import { stampCrc } from '@millrace/model/batch-stamp'
import type { Offset } from '@millrace/model/offset'
import { RECORD_COUNT_AT } from '@millrace/model/record-batch'
import { expect, test } from 'vitest'
import { fetchAnswer } from '../src/fetch-json.ts'

const GOOD = batchAt(0, ['1', '2'])
const BAD = unreadable(batchAt(2, ['3', '4']))
const LATER = batchAt(4, ['5'])

test('records before damage are answered, and the damage when it comes first, with where to go on', () => {
  expect(answer([GOOD, BAD, LATER], 0)).toMatchObject({
    records: [{ value: 1 }, { value: 2 }],
    nextOffset: 2,
  })
  expect(() => answer([BAD, LATER], 2)).toThrow(
    expect.objectContaining({
      code: 'CORRUPT_SEGMENT',
      fields: expect.objectContaining({ damagedFrom: 2, nextReadableOffset: 4 }),
    }),
  )
  expect(answer([LATER], 4)).toMatchObject({ records: [{ value: 5 }], nextOffset: 5 })
})

test('batches in one piece are read as those in several', () => {
  const inOne = answer([Buffer.concat([GOOD, batchAt(2, ['3'])])], 1)
  expect(inOne).toEqual(answer([GOOD, batchAt(2, ['3'])], 1))
  expect(inOne).toMatchObject({ records: [{ offset: 1 }, { offset: 2 }], nextOffset: 5 })
})

function answer(pieces: readonly Uint8Array[], offset: number) {
  const [logStartOffset, highWatermark, nextOffset] = [0 as Offset, 5 as Offset, 5 as Offset]
  const fetched = { pieces, nextOffset, logStartOffset, highWatermark }
  const fetch = {
    partition: 0,
    offset: offset as Offset,
    maxRecords: 100,
    filter: undefined,
    view: { format: 'json' },
  } as const
  return JSON.parse(fetchAnswer(fetched, fetch).toString())
}

function batchAt(baseOffset: number, values: readonly string[]): Uint8Array {
  const records = values.map((value) => ({
    key: null,
    value: Buffer.from(value),
    headers: [],
    timestamp: 1,
  }))
  return encodeBatch({ records, baseOffset: baseOffset as Offset })
}

/** Its count is not that of its records, which the CRC does not tell. */
function unreadable(batch: Uint8Array): Uint8Array {
  const bytes = Buffer.from(batch)
  bytes.writeInt32BE(1, RECORD_COUNT_AT)
  stampCrc(bytes, 0)
  return bytes
}
