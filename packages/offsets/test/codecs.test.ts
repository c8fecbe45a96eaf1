import type { Offset } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Commit,
  type Committer,
  decodeCommit,
  encodeCommit,
  TEXT_BYTES_MAX,
} from '../src/committed-offset.ts'
import {
  decodeOffsetKey,
  encodeOffsetKey,
  indexKeys,
  type OffsetKey,
  parseIndexKey,
} from '../src/offset-key.ts'

const groups = fc.stringMatching(/^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,100}$/)
const topicIds = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'))
const keys: fc.Arbitrary<OffsetKey> = fc.record({
  group: groups,
  topicId: topicIds,
  partition: fc.nat({ max: 999_999_999 }),
})
const texts = fc.string({ unit: 'grapheme', maxLength: 200 })
const committers: fc.Arbitrary<Committer> = fc.oneof(
  fc.constant({ kind: 'nobody' } as const),
  fc.constant({ kind: 'reset' } as const),
  texts.map((memberId) => ({ kind: 'member', memberId }) as const),
)
const commits: fc.Arbitrary<Commit> = fc.record({
  offset: fc.maxSafeNat().map((offset) => offset as Offset),
  metadata: texts,
  committedAt: fc.maxSafeNat(),
  by: committers,
})

describe('the key of a committed offset', () => {
  test('is read back from a record as it was written', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(decodeOffsetKey(encodeOffsetKey(key))).toEqual(key)
      }),
    )
  })

  test('is read back from either of its names in the index', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(parseIndexKey(indexKeys(key).byGroup)).toEqual(key)
        expect(parseIndexKey(indexKeys(key).byTopic)).toEqual(key)
      }),
    )
  })

  test('sorts by group, as names sort, and by partition, as numbers sort', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const isBefore = indexKeys(one).byGroup < indexKeys(other).byGroup
        if (one.group !== other.group) expect(isBefore).toBe(one.group < other.group)
        else if (one.topicId === other.topicId)
          expect(isBefore).toBe(one.partition < other.partition)
      }),
    )
  })

  test('of another version is refused', () => {
    const key = encodeOffsetKey({ group: 'g', topicId: 'A'.repeat(22), partition: 0 })
    key[0] = 2
    expect(() => decodeOffsetKey(key)).toThrow(expect.objectContaining({ code: 'CORRUPT_SEGMENT' }))
  })
})

describe('a commit', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(commits, (commit) => {
        expect(decodeCommit(encodeCommit(commit))).toEqual(commit)
      }),
    )
  })

  test('keeps metadata of the largest size', () => {
    const metadata = 'é'.repeat(TEXT_BYTES_MAX / 2)
    const commit: Commit = { offset: 1 as Offset, metadata, committedAt: 2, by: { kind: 'nobody' } }
    expect(decodeCommit(encodeCommit(commit)).metadata).toBe(metadata)
  })

  test('cut anywhere before its metadata is refused', () => {
    const by = { kind: 'member', memberId: 'm1' } as const
    const whole = encodeCommit({ offset: 7 as Offset, metadata: '', committedAt: 9, by })
    for (let cut = 0; cut < whole.length; cut++) {
      expect(() => decodeCommit(whole.subarray(0, cut)), `cut at ${cut}`).toThrow(
        expect.objectContaining({ code: 'CORRUPT_SEGMENT' }),
      )
    }
  })
})
