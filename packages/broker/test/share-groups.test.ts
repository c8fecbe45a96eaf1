import { describe, expect, test } from 'vitest'
import { failure } from './open-broker.ts'
import { keyed, openShare, ShareWorker } from './share-worker.ts'

describe('in order of keys', () => {
  test('a record waits for the earlier ones of its key, others do not', async () => {
    await using opened = await openShare()
    const { broker } = opened
    await broker.produceRecords('t', keyed('a1 b1 a2 b2 c1'), {})
    const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    expect(await one.acquire(1)).toEqual(['a1'])
    expect(await two.acquire(10)).toEqual(['b1', 'b2', 'c1'])
    expect(await two.acquire(10)).toEqual([])
    await one.accept('a1')
    expect(await two.acquire(10)).toEqual(['a2'])
  })

  test('several of one key go to one consumer in one call', async () => {
    await using opened = await openShare()
    const { broker } = opened
    await broker.produceRecords('t', keyed('a1 a2 a3'), {})
    const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    expect(await one.acquire(2)).toEqual(['a1', 'a2'])
    expect(await two.acquire()).toEqual([])
    expect(await one.accept('a1')).toEqual([null])
    expect(await two.acquire()).toEqual([])
    expect(await one.accept('a2')).toEqual([null])
    expect(await two.acquire()).toEqual(['a3'])
  })

  test('releasing one withdraws those behind it, and it comes again before them', async () => {
    await using opened = await openShare()
    const { broker, clock } = opened
    await broker.produceRecords('t', keyed('a1 a2 b1'), {})
    const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    expect(await one.acquire()).toEqual(['a1', 'a2', 'b1'])
    expect(await one.release('a1', { delayMs: 500, reason: 'busy' })).toBeNull()
    expect(await one.accept('a2', 'b1')).toEqual(['RECEIPT_EXPIRED', null])
    expect(await two.acquire()).toEqual([])
    clock.advance(500)
    expect(await two.acquire()).toEqual(['a1', 'a2'])
    expect(two.held.get('a1')).toMatchObject({ deliveryCount: 2 })
    expect(two.held.get('a2')).toMatchObject({ deliveryCount: 1 })
    expect(await one.accept('a1')).toEqual(['RECEIPT_EXPIRED'])
    expect(await two.accept('a1', 'a2')).toEqual([null, null])
  })

  test('a lock that runs out gives the key to another', async () => {
    await using opened = await openShare({ acquisitionLockMs: 5_000 })
    const { broker, clock } = opened
    await broker.produceRecords('t', keyed('a1 a2'), {})
    const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    await one.acquire()
    const waiting = two.acquire(10, { waitMs: 60_000 })
    clock.advance(4_999)
    expect(await one.say([{ value: 'a1', type: 'renew' }])).toEqual([null])
    clock.advance(4_000)
    clock.advance(2_000)
    expect(await waiting).toEqual(['a1', 'a2'])
    expect(await one.accept('a1', 'a2')).toEqual(['RECEIPT_EXPIRED', 'RECEIPT_EXPIRED'])
  })
})

test('what is returned was not handed out: it comes again at once, and its delivery does not count', async () => {
  await using opened = await openShare({ maxDeliveryCount: 1 })
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 a2'), {})
  const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  await one.acquire()
  expect(await one.say([{ value: 'a1', type: 'return' }])).toEqual([null])
  expect(await one.accept('a1', 'a2')).toEqual(['RECEIPT_EXPIRED', 'RECEIPT_EXPIRED'])
  expect(await two.acquire()).toEqual(['a1', 'a2'])
  expect(two.held.get('a1')).toMatchObject({ deliveryCount: 1 })
})

test('without order, whatever is there goes to whoever asks', async () => {
  await using opened = await openShare({ ordering: 'none', retryDelaysMs: [] })
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 a2 a3'), {})
  const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  expect(await one.acquire(1)).toEqual(['a1'])
  expect(await two.acquire(1)).toEqual(['a2'])
  await one.release('a1')
  expect(await two.acquire()).toEqual(['a1', 'a3'])
})

test('acknowledgements ride on the next acquire, and make room for it', async () => {
  await using opened = await openShare()
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 a2'), {})
  const one = new ShareWorker(broker)
  await one.acquire(1)
  const { receipt } = one.held.get('a1')!
  const acknowledgements = [{ receipt, type: 'accept' }] as const
  expect(await one.acquire(10, { acknowledgements })).toEqual(['a2'])
})

test('waiting calls are woken by new records, in the order in which they came', async () => {
  await using opened = await openShare()
  const { broker } = opened
  const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  const first = one.acquire(1, { waitMs: 60_000 })
  const second = two.acquire(1, { waitMs: 60_000 })
  await broker.produceRecords('t', keyed('a1'), {})
  expect(await first).toEqual(['a1'])
  await broker.produceRecords('t', keyed('b1'), {})
  expect(await second).toEqual(['b1'])
})

describe('after a restart', () => {
  test('what is settled stays so, what is out stays out, and receipts count', async () => {
    await using opened = await openShare()
    await opened.broker.produceRecords('t', keyed('a1 b1 c1'), {})
    const before = new ShareWorker(opened.broker, 'w1')
    await before.acquire()
    await opened.broker.produceRecords('t', keyed('a2'), {})
    await before.accept('b1')
    await before.release('c1', { delayMs: 0, reason: 'no' })
    const broker = await opened.reopen()
    const [after, other] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    for (const [value, held] of before.held) after.held.set(value, held)
    expect(await other.acquire()).toEqual(['c1'])
    expect(other.held.get('c1')).toMatchObject({ deliveryCount: 2 })
    expect(await after.accept('b1', 'c1')).toEqual(['RECEIPT_EXPIRED', 'RECEIPT_EXPIRED'])
    expect(await after.accept('a1')).toEqual([null])
    expect(await other.acquire()).toEqual(['a2'])
    const group = await broker.describeShareGroup('g')
    expect(group.partitions).toMatchObject([{ startOffset: 2, acquired: 2, unsettled: 2 }])
    expect(group.consumers).toEqual([{ consumer: 'w2', acquired: 2 }])
  })

  test('one that was renewed and accepted by the same call is settled', async () => {
    await using opened = await openShare()
    await opened.broker.produceRecords('t', keyed('a1 a2'), {})
    const before = new ShareWorker(opened.broker)
    await before.acquire(1)
    const said = [
      { value: 'a1', type: 'renew' },
      { value: 'a1', type: 'accept' },
    ] as const
    expect(await before.say(said)).toEqual([null, null])
    const broker = await opened.reopen()
    expect(await new ShareWorker(broker).acquire()).toEqual(['a2'])
  })
})

test('receipts are sealed: a changed one, and one of another group, are refused, and nothing is done', async () => {
  await using opened = await openShare()
  const { broker } = opened
  await broker.putShareGroup('other', { topics: ['t'] })
  await broker.produceRecords('t', keyed('a1 b1'), {})
  const [one, two] = [new ShareWorker(broker), new ShareWorker(broker, 'w1', 'other')]
  await one.acquire()
  await two.acquire()
  const { receipt } = one.held.get('a1')!
  const last = receipt.at(-1) === 'A' ? 'Q' : 'A'
  const foreign = two.held.get('a1')!.receipt
  for (const bad of [receipt.slice(0, -1) + last, foreign, 'x', '', `${receipt} `]) {
    const said = [
      { receipt, type: 'accept' },
      { receipt: bad, type: 'accept' },
    ] as const
    await expect(broker.acknowledge('g', said)).rejects.toEqual(failure('INVALID_REQUEST'))
  }
  expect(await one.accept('a1')).toEqual([null])
})

test('settings that contradict each other are refused', async () => {
  await using opened = await openShare()
  const { broker } = opened
  const put = (input: object) => broker.putShareGroup('h', { topics: ['t'], ...input })
  await expect(
    put({ ordering: 'none', deadLetter: { topic: 't.dead', policy: 'park-key' } }),
  ).rejects.toEqual(failure('INVALID_REQUEST'))
  await expect(put({ deadLetter: { topic: 't', policy: 'skip' } })).rejects.toEqual(
    failure('INVALID_REQUEST'),
  )
  await expect(put({ deadLetter: { topic: 'nope', policy: 'skip' } })).rejects.toEqual(
    failure('UNKNOWN_TOPIC_OR_PARTITION'),
  )
  await expect(put({ topics: ['nope'] })).rejects.toEqual(failure('UNKNOWN_TOPIC_OR_PARTITION'))
  await expect(broker.describeShareGroup('h')).rejects.toEqual(failure('UNKNOWN_GROUP'))
})

test('a topic that is deleted under a group leaves nobody hanging', async () => {
  await using opened = await openShare()
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1'), {})
  const [one, two] = [new ShareWorker(broker), new ShareWorker(broker, 'w2')]
  await one.acquire()
  const waiting = two.acquire(1, { waitMs: 60_000 })
  const refused = waiting.catch((error: unknown) => error)
  await broker.deleteTopic('t')
  expect(await refused).toEqual(failure('UNKNOWN_TOPIC_OR_PARTITION'))
  await expect(one.accept('a1')).rejects.toEqual(failure('UNKNOWN_TOPIC_OR_PARTITION'))
})

test('a group that is deleted forgets everything', async () => {
  await using opened = await openShare()
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.accept('a1')
  const waiting = one.acquire(1, { waitMs: 60_000 })
  const refused = waiting.catch((error: unknown) => error)
  await broker.deleteShareGroup('g')
  expect(await refused).toEqual(failure('UNKNOWN_GROUP'))
  await broker.putShareGroup('g', { topics: ['t'] })
  await expect(one.accept('a1')).rejects.toEqual(failure('INVALID_REQUEST'))
  expect(await new ShareWorker(broker).acquire()).toEqual(['a1'])
})

test('it begins where it was told to', async () => {
  await using opened = await openShare({ start: 'latest' })
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1'), {})
  await broker.putShareGroup('late', { topics: ['t'], start: 'latest' })
  await broker.produceRecords('t', keyed('a2'), {})
  expect(await new ShareWorker(broker, 'w', 'late').acquire()).toEqual(['a2'])
  expect(await new ShareWorker(broker).acquire()).toEqual(['a1', 'a2'])
})
