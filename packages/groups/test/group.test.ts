import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  advance,
  forgetPositions,
  type Group,
  hasNews,
  join,
  leave,
  NO_GROUP,
  stateOf,
  subscribe,
  topicsChanged,
} from '../src/group.ts'
import { type PartitionCount, type TopicPartition, topicPartition } from '../src/topic-partition.ts'

const three: PartitionCount = (topicId) => (topicId === 't' ? 3 : 0)
const P0 = topicPartition('t', 0)
const P1 = topicPartition('t', 1)
const P2 = topicPartition('t', 2)

function joined(group: Group, memberId: string): Group {
  return join(group, { memberId, instanceId: undefined, topicIds: ['t'] }, three)
}

function heldBy(group: Group, memberId: string): readonly string[] {
  return [...(group.members.get(memberId)?.held.keys() ?? [])].sort()
}

function revokedOf(group: Group, memberId: string): readonly string[] {
  const held = group.members.get(memberId)?.held ?? new Map()
  return [...held].filter(([, holding]) => holding.revokedEpoch !== undefined).map(([key]) => key)
}

describe('a partition on its way from one member to another', () => {
  const alone = advance(joined(NO_GROUP, 'one'), 'one', undefined)
  const both = joined(alone, 'two')

  test('stays with its owner until that has been told and has spoken again', () => {
    expect(heldBy(alone, 'one')).toEqual([P0, P1, P2])
    expect(stateOf(alone)).toBe('Stable')
    expect(stateOf(both)).toBe('Reconciling')
    expect(hasNews(both, 'two')).toBe(false)
    const told = advance(both, 'one', alone.epoch)
    expect(revokedOf(told, 'one')).toEqual([P2])
    expect(heldBy(advance(told, 'two', undefined), 'two')).toEqual([])
  })

  test('is not let go by a word that was said before, or by a sign of life', () => {
    const told = advance(both, 'one', undefined)
    expect(advance(told, 'one', alone.epoch)).toBe(told)
    expect(advance(told, 'one', undefined)).toBe(told)
  })

  test('is free with the word after, and goes over', () => {
    const released = advance(advance(both, 'one', undefined), 'one', both.epoch)
    expect(heldBy(released, 'one')).toEqual([P0, P1])
    expect(hasNews(released, 'two')).toBe(true)
    const done = advance(released, 'two', undefined)
    expect(done.members.get('two')?.held.get(P2)).toEqual({ sinceEpoch: both.epoch })
    expect(stateOf(done)).toBe('Stable')
  })

  test('that comes back while it is being let go is let go first, and had anew', () => {
    const told = advance(both, 'one', undefined)
    const back = leave(told, ['two'], three)
    expect(advance(back, 'one', alone.epoch)).toBe(back)
    const anew = advance(back, 'one', both.epoch)
    expect(anew.members.get('one')?.held.get(P2)).toEqual({ sinceEpoch: back.epoch })
  })

  test('is free when its owner has left', () => {
    const left = leave(both, ['one'], three)
    expect(heldBy(advance(left, 'two', undefined), 'two')).toEqual([P0, P1, P2])
    expect(stateOf(leave(left, ['two'], three))).toBe('Empty')
  })
})

test('who joins again has what it had, but of what it knew nothing counts', () => {
  const alone = advance(joined(NO_GROUP, 'one'), 'one', undefined)
  const again = joined(alone, 'one')
  const member = again.members.get('one')
  expect(member?.joinedEpoch).toBe(again.epoch)
  expect([...(member?.held.values() ?? [])].map(({ sinceEpoch }) => sinceEpoch)).toEqual([2, 2, 2])
})

test('moved offsets make what is known of them void, and of nothing else', () => {
  const alone = advance(joined(NO_GROUP, 'one'), 'one', undefined)
  const moved = forgetPositions(alone, new Set([P1]))
  expect(moved.epoch).toBe(2)
  expect(moved.members.get('one')?.held.get(P1)).toEqual({ sinceEpoch: 2 })
  expect(moved.members.get('one')?.held.get(P0)).toEqual({ sinceEpoch: 1 })
})

test('a group whose topics stay as they are stays in its epoch', () => {
  const alone = advance(joined(NO_GROUP, 'one'), 'one', undefined)
  expect(topicsChanged(alone, three)).toBe(alone)
  expect(subscribe(alone, 'one', ['t'], three)).toBe(alone)
  const grown = topicsChanged(alone, () => 4)
  expect(grown.epoch).toBe(2)
  expect(heldBy(advance(grown, 'one', undefined), 'one')).toHaveLength(4)
})

test('whatever happens, a partition has one holder, and in the end each has its own', () => {
  const member = fc.constantFrom('a', 'b', 'c', 'd')
  const event = fc.oneof(
    fc.record({ kind: fc.constant('join' as const), member }),
    fc.record({ kind: fc.constant('leave' as const), member }),
    // `isLost`: the member does not hear the answer, and speaks again from before.
    fc.record({ kind: fc.constant('poll' as const), member, isLost: fc.boolean() }),
    fc.record({ kind: fc.constant('sign' as const), member, isLost: fc.boolean() }),
    fc.record({ kind: fc.constant('grow' as const), partitions: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('move' as const), partition: fc.nat(8) }),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const life = new Life()
      for (const each of events) life.happen(each)
      life.settle()
    }),
    { numRuns: 300 },
  )
})

type Event =
  | { readonly kind: 'join' | 'leave'; readonly member: string }
  | { readonly kind: 'poll' | 'sign'; readonly member: string; readonly isLost: boolean }
  | { readonly kind: 'grow'; readonly partitions: number }
  | { readonly kind: 'move'; readonly partition: number }

/** Members as they see it: each believes that it reads what its last answer said, until it speaks again. */
class Life {
  #group = NO_GROUP
  #partitions = 3
  readonly #believed = new Map<string, { epoch: number; reads: ReadonlySet<TopicPartition> }>()

  happen(event: Event): void {
    const before = this.#group.epoch
    switch (event.kind) {
      case 'join': {
        const who = { memberId: event.member, instanceId: undefined, topicIds: ['t'] }
        this.#become(join(this.#group, who, this.#count))
        this.#believed.delete(event.member)
        this.#answer(event.member, undefined, false)
        break
      }
      case 'leave':
        this.#become(leave(this.#group, [event.member], this.#count))
        this.#believed.delete(event.member)
        break
      case 'poll':
        this.#answer(event.member, this.#believed.get(event.member)?.epoch, event.isLost)
        break
      case 'sign':
        this.#answer(event.member, undefined, event.isLost)
        break
      case 'grow':
        this.#partitions = Math.max(this.#partitions, event.partitions)
        this.#become(topicsChanged(this.#group, this.#count))
        break
      case 'move':
        this.#become(forgetPositions(this.#group, new Set([topicPartition('t', event.partition)])))
        break
    }
    expect(this.#group.epoch).toBeGreaterThanOrEqual(before)
  }

  settle(): void {
    for (let round = 0; round < 3; round++) {
      for (const memberId of this.#group.members.keys()) {
        this.#answer(memberId, this.#believed.get(memberId)?.epoch, false)
      }
    }
    if (this.#group.members.size === 0) return
    expect(stateOf(this.#group)).toBe('Stable')
    const held = [...this.#group.members.values()].flatMap((each) => [...each.held.keys()])
    expect(held.sort()).toEqual(
      Array.from({ length: this.#partitions }, (_, index) => topicPartition('t', index)).sort(),
    )
  }

  #count: PartitionCount = () => this.#partitions

  #answer(memberId: string, heardEpoch: number | undefined, isLost: boolean): void {
    if (!this.#group.members.has(memberId)) return
    this.#become(advance(this.#group, memberId, heardEpoch))
    if (isLost) return
    const held = this.#group.members.get(memberId)?.held ?? new Map()
    const reads = [...held].filter(([, { revokedEpoch }]) => revokedEpoch === undefined)
    this.#believed.set(memberId, {
      epoch: this.#group.epoch,
      reads: new Set(reads.map(([key]) => key)),
    })
    this.#expectOneReader()
  }

  #become(group: Group): void {
    this.#group = group
    const held = [...group.members.values()].flatMap((each) => [...each.held.keys()])
    expect(new Set(held).size).toBe(held.length)
  }

  /** What two members believe that they read has one of them for its holder, and the other was heard of since. */
  #expectOneReader(): void {
    const readers = [...this.#believed.values()].flatMap(({ reads }) => [...reads])
    expect(new Set(readers).size).toBe(readers.length)
  }
}
