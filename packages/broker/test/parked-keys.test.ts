import { setImmediate as nextTurn } from 'node:timers/promises'
import { partitionOfKey } from '@millrace/model/partitioner'
import { describe, expect, test } from 'vitest'
import { valuesOf } from './open-broker.ts'
import { keyed, type OpenedShare, openShare, ShareWorker } from './share-worker.ts'

const PARK = { deadLetter: { topic: 't.dead', policy: 'park-key' } } as const
/** It belongs to the second of two partitions. */
const K = ['k', 'l', 'm', 'n', 'o', 'p'].find((key) => partitionOfKey(Buffer.from(key), 2) === 1)!

test('those that were taken back are copied before what comes later', async () => {
  await using opened = await openShare(PARK)
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 a2 a3 a4'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.reject('a4')
  await one.reject('a2')
  await broker.produceRecords('t', keyed('a5'), {})
  expect(await one.acquire()).toEqual([])
  // The first of them is still out: what goes only because its key is parked waits for it.
  expect(await valuesOf(broker, 't.dead')).toEqual(['a4', 'a2'])
  await one.accept('a1')
  expect(await one.acquire()).toEqual([])
  expect(await valuesOf(broker, 't.dead')).toEqual(['a4', 'a2', 'a3', 'a5'])
})

/** So often, while the event loop turns so many times. */
async function looksAtClock({ clock }: OpenedShare, turns: number): Promise<number> {
  let looks = 0
  const look = clock.monotonicMs.bind(clock)
  clock.monotonicMs = () => {
    looks++
    return look()
  }
  for (let turn = 0; turn < turns; turn++) await nextTurn()
  clock.monotonicMs = look
  return looks
}

test.each([
  ['skip', { deadLetter: { topic: 't.dead', policy: 'skip' } }],
  ['no dead letters', { deadLetter: null }],
] as const)(
  'a parked key goes on under %s, and is parked still under park-key',
  async (_, other) => {
    await using opened = await openShare(PARK, { partitions: 2 })
    const parkedKeys = async () => {
      const { partitions } = await opened.broker.describeShareGroup('g')
      return partitions.reduce((sum, state) => sum + state.parkedKeys, 0)
    }
    const produce = (value: string) => opened.broker.produceRecords('t', keyed(value), {})
    await produce(`${K}1`)
    const one = new ShareWorker(opened.broker)
    await one.acquire()
    await one.reject(`${K}1`)
    await produce(`${K}2`)
    expect(await one.acquire()).toEqual([])
    expect(await valuesOf(opened.broker, 't.dead')).toEqual([`${K}1`, `${K}2`])
    // It cannot be copied, and is handed out when it need not be.
    await opened.broker.deleteTopic('t.dead')
    await produce(`${K}3`)
    expect(await one.acquire()).toEqual([])
    await opened.broker.createTopic('t.dead', {})
    await opened.broker.putShareGroup('g', { topics: ['t'], ...other })
    expect(await one.acquire()).toEqual([`${K}3`])
    await one.accept(`${K}3`)
    await produce(`${K}4`)
    const two = new ShareWorker(await opened.reopen())
    expect(await two.acquire()).toEqual([`${K}4`])
    await two.accept(`${K}4`)
    expect(await parkedKeys()).toBe(1)
    await opened.broker.putShareGroup('g', { topics: ['t'], ...PARK })
    await produce(`${K}5`)
    expect(await two.acquire()).toEqual([])
    expect(await valuesOf(opened.broker, 't.dead')).toEqual([`${K}5`])
    expect(await parkedKeys()).toBe(1)
  },
)

describe('a key that is parked, and moved with a growth', () => {
  test('is copied in its order, also what was looked at before', async () => {
    await using opened = await openShare(PARK)
    const { broker } = opened
    await broker.produceRecords('t', keyed(`${K}1`), {})
    await broker.alterTopic('t', { partitions: 2 })
    await broker.produceRecords('t', keyed(`${K}2 ${K}3`), {})
    const one = new ShareWorker(broker)
    expect(await one.acquire()).toEqual([`${K}1`])
    await one.reject(`${K}1`)
    await broker.produceRecords('t', keyed(`${K}4`), {})
    expect(await one.acquire()).toEqual([])
    expect(await valuesOf(broker, 't.dead')).toEqual([`${K}1`, `${K}2`, `${K}3`, `${K}4`])
  })

  test('waits for what it has before the growth, also while somebody waits for records', async () => {
    await using opened = await openShare(PARK)
    const { broker } = opened
    await broker.produceRecords('t', keyed(`${K}1 ${K}2`), {})
    await broker.alterTopic('t', { partitions: 2 })
    await broker.produceRecords('t', keyed(`${K}3`), {})
    const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    expect(await one.acquire()).toEqual([`${K}1`, `${K}2`])
    await one.reject(`${K}2`)
    const waiting = two.acquire(1, { waitMs: 60_000 })
    // Nothing is to be done for now, and nothing is done over and over: each turn of the group looks at the clock.
    expect(await looksAtClock(opened, 100)).toBeLessThan(10)
    expect(await valuesOf(broker, 't.dead')).toEqual([`${K}2`])
    await one.accept(`${K}1`)
    await broker.produceRecords('t', keyed('0'), {})
    expect(await waiting).toEqual(['0'])
    expect(await valuesOf(broker, 't.dead')).toEqual([`${K}2`, `${K}3`])
  })

  test('comes again when it is parked no more, also what was not copied yet', async () => {
    await using opened = await openShare(PARK)
    const { broker } = opened
    await broker.produceRecords('t', keyed(`${K}1`), {})
    await broker.alterTopic('t', { partitions: 2 })
    const one = new ShareWorker(broker)
    expect(await one.acquire()).toEqual([`${K}1`])
    await one.reject(`${K}1`)
    await broker.deleteTopic('t.dead')
    await broker.produceRecords('t', keyed(`${K}2`), {})
    expect(await one.acquire()).toEqual([])
    await broker.redrive('g', { all: true })
    expect(await one.acquire()).toEqual([`${K}2`])
  })
})
