import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { at, failure, valuesOf } from './open-broker.ts'
import { keyed, openShare, ShareWorker } from './share-worker.ts'

const SKIP = { deadLetter: { topic: 't.dead', policy: 'skip' } } as const
const PARK = { deadLetter: { topic: 't.dead', policy: 'park-key' } } as const

test('a record that comes in the middle of a turn wakes who waits, too', async () => {
  await using opened = await openShare({ ordering: 'none' })
  const { broker } = opened
  const workers = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  for (let turns = 0; turns < 40; turns++) {
    const waiting = workers.map((worker) => worker.acquire(1, { waitMs: 60_000 }))
    await nextTurn()
    const first = broker.produceRecords('t', keyed(`a${turns}`), {})
    for (let turn = 0; turn < turns; turn++) await nextTurn()
    await Promise.all([first, broker.produceRecords('t', keyed(`b${turns}`), {})])
    // The clock stands still: nothing else wakes them.
    const got = (await Promise.all(waiting)).flat()
    expect(got.sort()).toEqual([`a${turns}`, `b${turns}`])
  }
})

test('settings that are put again as they are renew no lock', async () => {
  const settings = { topics: ['t'], acquisitionLockMs: 2_000 }
  await using opened = await openShare(settings)
  const { broker, clock } = opened
  await broker.produceRecords('t', keyed('a1'), {})
  const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  await one.acquire()
  clock.advance(1_500)
  expect(await broker.putShareGroup('g', settings)).toMatchObject({ created: false })
  clock.advance(600)
  expect(await two.acquire()).toEqual(['a1'])
})

test('other settings leave what is out where it is, with its lock', async () => {
  await using opened = await openShare({ ordering: 'none', acquisitionLockMs: 2_000 })
  const { broker, clock } = opened
  await broker.produceRecords('t', keyed('a1 a2 a3'), {})
  const workers = ['w1', 'w2', 'w3'].map((name) => new ShareWorker(broker, name))
  const [one, two, three] = workers as [ShareWorker, ShareWorker, ShareWorker]
  expect([await one.acquire(1), await two.acquire(1)]).toEqual([['a1'], ['a2']])
  await broker.putShareGroup('g', { topics: ['t'], ordering: 'key', acquisitionLockMs: 2_000 })
  await one.release('a1', { delayMs: 0 })
  // It was handed out without order: of that nobody is to suffer.
  expect(await three.acquire()).toEqual([])
  expect(await two.accept('a2')).toEqual([null])
  expect(await three.acquire()).toEqual(['a1', 'a3'])
  clock.advance(2_000)
  expect(await one.acquire()).toEqual(['a1', 'a3'])
})

test('what is gone when it is to be handed out leaves its place to others', async () => {
  await using opened = await openShare(SKIP)
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 b1'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.reject('a1')
  await one.reject('b1')
  await broker.redrive('g', { all: true })
  await broker.trimPartition('t.dead', 0, at(2))
  await broker.produceRecords('t', keyed('c1'), {})
  expect(await one.acquire(1)).toEqual(['c1'])
})

test('a parked key that is redriven in parts goes on in its order', async () => {
  await using opened = await openShare(PARK)
  const { broker } = opened
  const values = Array.from({ length: 5_500 }, (_, index) => `a${index}`)
  await broker.produceRecords('t', keyed(values.join(' ')), {})
  const one = new ShareWorker(broker)
  await one.acquire(1)
  await one.reject('a0')
  // All of it is copied, some in each turn.
  while ((await broker.describeShareGroup('g')).partitions[0]?.deadLetters !== values.length);
  const first = await broker.redrive('g', { key: Buffer.from('a') })
  expect(first).toEqual({ redriven: 5_000, gone: 0, left: 500 })
  const second = await broker.redrive('g', { key: Buffer.from('a') })
  expect(second).toEqual({ redriven: 500, gone: 0, left: 0 })
  const handled: string[] = []
  while (handled.length < values.length) {
    const got = await one.acquire(1_000)
    await one.accept(...got)
    handled.push(...got)
  }
  expect(handled).toEqual(values)
  expect(await valuesOf(broker, 't.dead')).toHaveLength(values.length)
})

test('a topic that a group had before begins where it is told to', async () => {
  await using opened = await openShare()
  const { broker } = opened
  await broker.createTopic('u', {})
  await broker.produceRecords('t', keyed('a1 b1'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.accept('a1', 'b1')
  await broker.putShareGroup('g', { topics: ['u'] })
  expect(await one.accept('a1')).toEqual(['RECEIPT_EXPIRED'])
  await broker.putShareGroup('g', { topics: ['t', 'u'], start: 'earliest' })
  expect(await one.acquire()).toEqual(['a1', 'b1'])
})

test('letters of a topic that is gone are no longer kept', async () => {
  await using opened = await openShare(SKIP)
  const { broker } = opened
  await broker.createTopic('u', {})
  await broker.putShareGroup('g', { topics: ['t', 'u'], ...SKIP })
  await broker.produceRecords('t', keyed('a1'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.reject('a1')
  await broker.deleteTopic('t')
  expect(await broker.redrive('g', { all: true })).toEqual({ redriven: 0, gone: 0, left: 0 })
})

test('what cannot be is refused, and says what to do', async () => {
  await using opened = await openShare({ ordering: 'none', ...SKIP })
  const { broker } = opened
  const internal = broker.putShareGroup('h', { topics: ['__share'] })
  await expect(internal).rejects.toEqual(failure('INVALID_TOPIC'))
  const byKey = broker.redrive('g', { key: Buffer.from('a') })
  await expect(byKey).rejects.toThrow('{"all":true}')
})

test('a copy that another group gives up on comes back with the headers that it had', async () => {
  await using opened = await openShare(SKIP)
  const { broker } = opened
  await broker.createTopic('t.dead.dead', {})
  const deadLetter = { topic: 't.dead.dead', policy: 'skip' } as const
  await broker.putShareGroup('second', { topics: ['t.dead'], deadLetter })
  await broker.produceRecords('t', keyed('a1'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.reject('a1')
  const two = new ShareWorker(broker, 'w', 'second')
  await two.acquire()
  const { record: before } = two.held.get('a1')!
  await two.reject('a1')
  await broker.redrive('second', { all: true })
  await two.acquire()
  const { record: after } = two.held.get('a1')!
  expect(after.headers).toEqual(before.headers)
  expect(after.timestamp).toBe(before.timestamp)
})

test('a state that is too long for one append stops nobody, and is written once it is shorter', async () => {
  await using opened = await openShare({
    ordering: 'none',
    maxDeliveryCount: 100,
    retryDelaysMs: [],
  })
  const { broker } = opened
  const count = 3_000
  const values = Array.from({ length: count }, (_, index) => `a${index}`)
  await broker.produceRecords('t', keyed(values.join(' ')), {})
  const reason = 'x'.repeat(1_000)
  const one = new ShareWorker(broker)
  for (let round = 0; round < 3; round++) {
    const got: string[] = []
    while (got.length < count) got.push(...(await one.acquire(1_000)))
    // All at once, in calls that come together.
    const parts = [got.slice(0, 1_000), got.slice(1_000, 2_000), got.slice(2_000)]
    const said = parts.map((some) => {
      return one.say(some.map((value) => ({ value, type: 'release', delayMs: 0, reason }) as const))
    })
    expect((await Promise.all(said)).flat()).toEqual(values.map(() => null))
  }
  await opened.reopen()
  const two = new ShareWorker(opened.broker, 'w2')
  let settled = 0
  while (settled < count) {
    const got = await two.acquire(1_000)
    expect(two.held.get(got[0]!)).toMatchObject({ deliveryCount: 4 })
    await two.accept(...got)
    settled += got.length
  }
  const { partitions } = await opened.broker.describeShareGroup('g')
  expect(partitions).toMatchObject([{ startOffset: count, unsettled: 0 }])
})
