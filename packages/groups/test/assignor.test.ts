import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { assign, type Candidate } from '../src/assignor.ts'
import { type TopicPartition, topicPartition } from '../src/topic-partition.ts'

const TOPICS = ['a', 'b', 'c']
const arbitraryWishes = fc.dictionary(
  fc.stringMatching(/^m[0-9]$/),
  fc.subarray(TOPICS, { minLength: 1 }),
  { minKeys: 1, maxKeys: 8 },
)
const arbitraryCounts = fc.record({ a: fc.nat(12), b: fc.nat(5), c: fc.nat(20) })
type Counts = Readonly<Record<string, number>>

function candidatesOf(
  wishes: Readonly<Record<string, readonly string[]>>,
  targets: ReadonlyMap<string, ReadonlySet<TopicPartition>> = new Map(),
): readonly Candidate[] {
  return Object.entries(wishes).map(([memberId, topicIds]) => ({
    memberId,
    topicIds,
    target: targets.get(memberId) ?? new Set(),
  }))
}

function assignAll(candidates: readonly Candidate[], counts: Counts) {
  return assign(candidates, (topicId) => counts[topicId] ?? 0)
}

/** The fewest that the fullest has, in the best of all assignments: by trying them, as a check of small cases. */
function sumOfSquares(targets: ReadonlyMap<string, ReadonlySet<TopicPartition>>): number {
  return [...targets.values()].reduce((sum, { size }) => sum + size ** 2, 0)
}

test('every partition that anybody wants has one owner, who wants it', () => {
  fc.assert(
    fc.property(arbitraryWishes, arbitraryCounts, (wishes, counts) => {
      const targets = assignAll(candidatesOf(wishes), counts)
      const wanted = new Set(Object.values(wishes).flat())
      const all = TOPICS.filter((topic) => wanted.has(topic)).flatMap((topic) =>
        Array.from({ length: counts[topic as keyof typeof counts] }, (_, index) =>
          topicPartition(topic, index),
        ),
      )
      expect([...targets.values()].flatMap((target) => [...target]).sort()).toEqual(all.sort())
      for (const [memberId, target] of targets) {
        for (const key of target) expect(wishes[memberId]).toContain(key.split('/')[0])
      }
    }),
  )
})

test('who wants the same has the same, give or take one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), arbitraryCounts, (members, counts) => {
      const wishes = Object.fromEntries(
        Array.from({ length: members }, (_, index) => [`m${index}`, TOPICS]),
      )
      const sizes = [...assignAll(candidatesOf(wishes), counts).values()].map(({ size }) => size)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})

test('with different wishes it is as even as any assignment', () => {
  const wishes = fc.array(fc.subarray(['a', 'b'], { minLength: 1 }), { minLength: 1, maxLength: 4 })
  const counts = fc.record({ a: fc.nat(3), b: fc.nat(3) })
  fc.assert(
    fc.property(wishes, counts, (lists, partitions) => {
      const members = lists.map((topicIds, index) => [`m${index}`, topicIds] as const)
      const found = assignAll(candidatesOf(Object.fromEntries(members)), partitions)
      expect(sumOfSquares(found)).toBe(leastSquares(lists, partitions))
    }),
  )
})

test('asked again, nothing moves; somebody new gets only what makes it even', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), arbitraryCounts, (members, counts) => {
      const names = Array.from({ length: members }, (_, index) => `m${index}`)
      const wishes = Object.fromEntries(names.map((name) => [name, TOPICS]))
      const before = assignAll(candidatesOf(wishes), counts)
      expect(assignAll(candidatesOf(wishes, before), counts)).toEqual(before)

      const after = assignAll(candidatesOf({ ...wishes, new: TOPICS }, before), counts)
      for (const name of names) {
        const kept = [...(after.get(name) ?? [])]
        expect(kept.every((key) => before.get(name)?.has(key))).toBe(true)
      }
    }),
  )
})

test('what a member leaves behind goes to the others, who keep what they had', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), arbitraryCounts, (members, counts) => {
      const names = Array.from({ length: members }, (_, index) => `m${index}`)
      const wishes = Object.fromEntries(names.map((name) => [name, TOPICS]))
      const before = assignAll(candidatesOf(wishes), counts)
      const { m0: _gone, ...others } = wishes
      const after = assignAll(candidatesOf(others, before), counts)
      for (const name of Object.keys(others)) {
        for (const key of before.get(name) ?? []) expect(after.get(name)).toContain(key)
      }
    }),
  )
})

test('partitions of a topic that is gone, and those beyond its end, are nobody’s', () => {
  const target = new Set([topicPartition('a', 0), topicPartition('a', 7), topicPartition('b', 0)])
  const targets = assignAll([{ memberId: 'm', topicIds: ['a', 'b'], target }], { a: 1 })
  expect(targets.get('m')).toEqual(new Set([topicPartition('a', 0)]))
})

test('a thousand members of ten thousand partitions are assigned', () => {
  const wishes = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [`m${index}`, ['a']]),
  )
  const before = assignAll(candidatesOf(wishes), { a: 10_000 })
  const after = assignAll(candidatesOf({ ...wishes, new: ['a'] }, before), { a: 10_000 })
  expect(after.get('new')?.size).toBe(9)
})

/** By trying all assignments. */
function leastSquares(lists: readonly (readonly string[])[], counts: Counts): number {
  const partitions = ['a', 'b'].flatMap((topic) =>
    lists.some((list) => list.includes(topic)) ? Array(counts[topic] ?? 0).fill(topic) : [],
  ) as readonly string[]
  const sizes = lists.map(() => 0)
  const least = (index: number): number => {
    const topic = partitions[index]
    if (topic === undefined) return sizes.reduce((sum, size) => sum + size ** 2, 0)
    let best = Number.POSITIVE_INFINITY
    for (const [member, list] of lists.entries()) {
      if (!list.includes(topic)) continue
      sizes[member] = (sizes[member] ?? 0) + 1
      best = Math.min(best, least(index + 1))
      sizes[member] = (sizes[member] ?? 0) - 1
    }
    return best
  }
  return least(0)
}
