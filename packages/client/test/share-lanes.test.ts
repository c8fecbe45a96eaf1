import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShareLanes } from '../src/share-lanes.ts'

interface Item {
  readonly lane: string
  readonly call: object
  readonly number: number
}

const CALL = {}

function item(lane: string, number: number, call: object = CALL): Item {
  return { lane, call, number }
}

test('one of each lane may begin, and the next when that one has ended', () => {
  const lanes = new ShareLanes<Item>()
  const items = [item('a', 0), item('a', 1), item('b', 2)]
  for (const each of items) lanes.add(each)
  expect(lanes.begin()).toBe(items[0])
  expect(lanes.begin()).toBe(items[2])
  expect(lanes.begin()).toBeUndefined()
  expect(lanes.runningIn('a')).toBe(items[0])
  lanes.end(items[0]!)
  expect(lanes.begin()).toBe(items[1])
  expect(lanes.heldCount).toBe(2)
})

test('what is taken out is of the same lane and the same call, and the rest of the lane goes on', () => {
  const lanes = new ShareLanes<Item>()
  const later = {}
  const items = [item('a', 0), item('a', 1), item('b', 2), item('a', 3, later)]
  for (const each of items) lanes.add(each)
  const first = lanes.begin()
  expect(first).toBe(items[0])
  expect(lanes.takeBehind(first!)).toEqual([items[1]])
  expect(lanes.begin()).toBe(items[2])
  expect(lanes.begin()).toBeUndefined()
  lanes.end(first!)
  expect(lanes.begin()).toBe(items[3])
})

test('a lane of which all is taken out begins no more, and may be used again', () => {
  const lanes = new ShareLanes<Item>()
  lanes.add(item('a', 0))
  expect(lanes.takeBehind(item('a', -1))).toHaveLength(1)
  expect(lanes.begin()).toBeUndefined()
  expect(lanes.heldCount).toBe(0)
  lanes.add(item('a', 1))
  expect(lanes.takeAll()).toHaveLength(1)
  expect(lanes.begin()).toBeUndefined()
  lanes.add(item('a', 2))
  expect(lanes.begin()?.number).toBe(2)
})

type Step =
  | { readonly do: 'add'; readonly lanes: readonly number[] }
  | { readonly do: 'begin' }
  | { readonly do: 'end' | 'release'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    lanes: fc.array(fc.nat({ max: 3 }), { maxLength: 5 }),
  }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const) }) },
  fc.record({ do: fc.constantFrom('end' as const, 'release' as const), which: fc.nat() }),
)

test('whatever comes, each is begun or taken out once, in the order of its lane, and never two at once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lanes = new ShareLanes<Item>()
      /** What a lane should do next, in order. */
      const expected = new Map<string, Item[]>()
      const running: Item[] = []
      let count = 0
      const begin = (): boolean => {
        const begun = lanes.begin()
        const mayBegin = [...expected].some(
          ([lane, items]) => items.length > 0 && !running.some((one) => one.lane === lane),
        )
        expect(begun !== undefined).toBe(mayBegin)
        if (begun === undefined) return false
        expect(running.some(({ lane }) => lane === begun.lane)).toBe(false)
        expect(expected.get(begun.lane)?.shift()).toBe(begun)
        running.push(begun)
        return true
      }
      const end = (which: number, isReleased: boolean): void => {
        const [ended] = running.splice(which, 1)
        if (ended === undefined) return
        lanes.end(ended)
        if (!isReleased) return
        const items = expected.get(ended.lane) ?? []
        const behind = items.filter(({ call }) => call === ended.call)
        expect(lanes.takeBehind(ended)).toEqual(behind)
        expected.set(
          ended.lane,
          items.filter(({ call }) => call !== ended.call),
        )
      }
      for (const each of steps) {
        if (each.do === 'begin') begin()
        else if (each.do !== 'add') end(each.which % (running.length || 1), each.do === 'release')
        else {
          const call = {}
          for (const lane of each.lanes) {
            const added = item(String(lane), count++, call)
            lanes.add(added)
            expected.set(added.lane, [...(expected.get(added.lane) ?? []), added])
          }
        }
        const waiting = [...expected.values()].reduce((sum, { length }) => sum + length, 0)
        expect(lanes.heldCount).toBe(waiting + running.length)
        expect(new Set(lanes.held()).size).toBe(lanes.heldCount)
      }
      while (begin() || running.length > 0) if (running.length > 0) end(0, false)
      expect(lanes.heldCount).toBe(0)
    }),
  )
})
