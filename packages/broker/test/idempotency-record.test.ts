import type { OffsetRange } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerSize, decodeAnswer, encodeAnswer, HASH_SIZE_MAX } from '../src/idempotency-record.ts'
import { recordsOf } from '../src/produced-answer.ts'

const ranges: fc.Arbitrary<OffsetRange> = fc
  .record({
    partition: fc.nat(10_000),
    base: fc.nat(2 ** 40),
    count: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ partition, base, count }) => ({
    partition,
    baseOffset: base as Offset,
    lastOffset: (base + count - 1) as Offset,
  }))
const answers = fc.record({
  ranges: fc.array(ranges, { maxLength: 20 }),
  routes: fc.option(
    fc.array(fc.nat(19), { minLength: 1 }).map((routes) => Uint16Array.from(routes)),
    { nil: undefined },
  ),
  letters: fc.option(
    fc.record({
      topics: fc.array(fc.tuple(fc.nat(19), fc.string())).map((topics) => new Map(topics)),
      reasons: fc.array(fc.string()),
    }),
    { nil: undefined },
  ),
})

describe('a remembered answer', () => {
  test('is read back as it was written, in as many bytes as were foreseen', () => {
    const hashes = fc.uint8Array({ maxLength: HASH_SIZE_MAX })
    fc.assert(
      fc.property(hashes, answers, (bodyHash, answer) => {
        const bytes = encodeAnswer({ bodyHash, answer })
        const shape = {
          ...answer,
          ranges: answer.ranges.length,
          routes: answer.routes?.length ?? 0,
        }
        expect(bytes).toHaveLength(answerSize(shape, bodyHash))
        const read = decodeAnswer(bytes)
        expect([...read.bodyHash]).toEqual([...bodyHash])
        expect(read.answer).toEqual(answer)
      }),
    )
  })

  test('cut anywhere is refused', () => {
    const range = { partition: 1, baseOffset: 2 as Offset, lastOffset: 3 as Offset }
    const letters = { topics: new Map([[0, 'dead']]), reasons: ['one', 'two'] }
    const answer = { ranges: [range], routes: Uint16Array.from([0, 0]), letters }
    const bytes = encodeAnswer({ bodyHash: Buffer.from('hash'), answer })
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(() => decodeAnswer(bytes.subarray(0, cut)), `cut at ${cut}`).toThrow(
        expect.objectContaining({ code: 'CORRUPT_SEGMENT' }),
      )
    }
  })

  test('gives each record the next offset of its range', () => {
    const range = (partition: number, base: number, last: number) => ({
      partition,
      baseOffset: base as Offset,
      lastOffset: last as Offset,
    })
    const routes = Uint16Array.from([0, 1, 0, 1])
    const letters = undefined
    const ranges = [range(5, 10, 11), range(2, 0, 1)]
    expect(recordsOf({ ranges, routes, letters }).records).toEqual([
      { partition: 5, offset: 10 },
      { partition: 2, offset: 0 },
      { partition: 5, offset: 11 },
      { partition: 2, offset: 1 },
    ])
    expect(recordsOf({ ranges: [range(1, 7, 8)], routes: undefined, letters }).records).toEqual([
      { partition: 1, offset: 7 },
      { partition: 1, offset: 8 },
    ])
  })
})
