import type { LogRecord } from '@millrace/model/record'
import { describe, expect, test } from 'vitest'
import { at, readAll, record, valuesOf } from './open-broker.ts'
import { keyed, openShare, ShareWorker } from './share-worker.ts'

const SKIP = { deadLetter: { topic: 't.dead', policy: 'skip' } } as const
const PARK = { deadLetter: { topic: 't.dead', policy: 'park-key' } } as const

describe('a record that is given up on', () => {
  test('is copied whole, with its history, and its key goes on', async () => {
    await using opened = await openShare({ ...SKIP, maxDeliveryCount: 2, retryDelaysMs: [1_000] })
    const { broker, clock } = opened
    const [first] = keyed('a1')
    const sent = { ...first!, headers: [{ name: 'trace', value: Buffer.from('x') }] }
    await broker.produceRecords('t', [sent, ...keyed('a2')], {})
    const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
    await one.acquire(1)
    const firstAt = clock.nowMs()
    await one.release('a1', { reason: 'no answer' })
    clock.advance(1_000)
    await two.acquire(1)
    const secondAt = clock.nowMs()
    await two.release('a1')
    const [letter] = await readAll(broker, 't.dead')
    expect(Buffer.from(letter!.value!).toString()).toBe('a1')
    expect(Buffer.from(letter!.key!).toString()).toBe('a')
    expect(headersOf(letter!)).toEqual({
      trace: 'x',
      'millrace.dead-letter.group': 'g',
      'millrace.dead-letter.topic': 't',
      'millrace.dead-letter.partition': '0',
      'millrace.dead-letter.offset': '0',
      'millrace.dead-letter.timestamp': '1700000000000',
      'millrace.dead-letter.deliveries': JSON.stringify([
        { at: firstAt, consumer: 'w1', reason: 'no answer' },
        { at: secondAt, consumer: 'w2', reason: 'It was released.' },
      ]),
      'millrace.dead-letter.reason': 'It was released.',
    })
    expect(await one.acquire()).toEqual(['a2'])
    const { partitions } = await broker.describeShareGroup('g')
    expect(partitions).toMatchObject([{ startOffset: 1, deadLetters: 1, parkedKeys: 0 }])
  })

  test('is given up on by rejection, and when its lock runs out for the last time', async () => {
    await using opened = await openShare({ ...SKIP, maxDeliveryCount: 1, acquisitionLockMs: 1_000 })
    const { broker, clock } = opened
    await broker.produceRecords('t', keyed('a1 b1'), {})
    const one = new ShareWorker(broker)
    await one.acquire()
    await one.reject('a1', { reason: 'nonsense' })
    expect(await valuesOf(broker, 't.dead')).toEqual(['a1'])
    clock.advance(1_000)
    expect(await one.acquire()).toEqual([])
    expect(await valuesOf(broker, 't.dead')).toEqual(['a1', 'b1'])
  })

  test('is gone where there is no dead-letter topic', async () => {
    await using opened = await openShare({ maxDeliveryCount: 1 })
    const { broker } = opened
    await broker.produceRecords('t', keyed('a1 a2'), {})
    const one = new ShareWorker(broker)
    await one.acquire(1)
    await one.release('a1')
    expect(await one.acquire()).toEqual(['a2'])
  })
})

describe('a key that is parked', () => {
  test('has its later records copied, too, also those that come later and after a restart', async () => {
    await using opened = await openShare(PARK)
    await opened.broker.produceRecords('t', keyed('a1 b1 a2'), {})
    const one = new ShareWorker(opened.broker)
    await one.acquire()
    await one.reject('a1')
    expect(await valuesOf(opened.broker, 't.dead')).toEqual(['a1', 'a2'])
    const broker = await opened.reopen()
    await broker.produceRecords('t', keyed('a3 b2'), {})
    const two = new ShareWorker(broker, 'w2')
    two.held.set('b1', one.held.get('b1')!)
    await two.accept('b1')
    expect(await two.acquire()).toEqual(['b2'])
    await two.accept('b2')
    expect(await valuesOf(broker, 't.dead')).toEqual(['a1', 'a2', 'a3'])
    const { partitions } = await broker.describeShareGroup('g')
    expect(partitions).toMatchObject([{ startOffset: 5, parkedKeys: 1, deadLetters: 3 }])
  })

  test('comes again in its order, ahead of newer records', async () => {
    await using opened = await openShare(PARK)
    const { broker } = opened
    await broker.produceRecords('t', keyed('a1 a2 b1'), {})
    const one = new ShareWorker(broker)
    await one.acquire()
    await one.reject('a1')
    await one.accept('b1')
    expect(await broker.redrive('g', { key: Buffer.from('a') })).toEqual({
      redriven: 2,
      gone: 0,
      left: 0,
    })
    await broker.produceRecords('t', keyed('a3'), {})
    expect(await one.acquire(2)).toEqual(['a1', 'a2'])
    expect(one.held.get('a1')).toMatchObject({ deliveryCount: 1, record: { offset: 0 } })
    expect(one.held.get('a1')!.record.headers).toEqual([])
    await one.accept('a1', 'a2')
    expect(await one.acquire()).toEqual(['a3'])
    const { partitions } = await broker.describeShareGroup('g')
    expect(partitions).toMatchObject([{ parkedKeys: 0, deadLetters: 0, unsettled: 1 }])
  })
})

describe('redrive', () => {
  test('of all, twice given up on: one copy with the whole history', async () => {
    await using opened = await openShare({ ...SKIP, maxDeliveryCount: 1 })
    const one = new ShareWorker(opened.broker)
    await opened.broker.produceRecords('t', keyed('a1 1'), {})
    await one.acquire()
    await one.reject('a1', { reason: 'first' })
    await one.reject('1', { reason: 'other' })
    const broker = await opened.reopen()
    expect(await broker.redrive('g', { all: true })).toMatchObject({ redriven: 2 })
    await opened.reopen()
    const two = new ShareWorker(opened.broker, 'w2')
    expect(await two.acquire()).toEqual(['a1', '1'])
    await two.accept('1')
    await two.reject('a1', { reason: 'second' })
    const letters = await readAll(opened.broker, 't.dead')
    const last = headersOf(letters.at(-1)!)
    expect(letters).toHaveLength(3)
    expect(last['millrace.dead-letter.reason']).toBe('second')
    expect(last['millrace.dead-letter.offset']).toBe('0')
    expect(JSON.parse(last['millrace.dead-letter.deliveries']!)).toHaveLength(2)
    expect(await opened.broker.redrive('g', { all: true })).toMatchObject({ redriven: 1 })
  })

  test('a letter that the topic lost is told of', async () => {
    await using opened = await openShare(SKIP)
    const { broker } = opened
    await broker.produceRecords('t', keyed('a1 b1'), {})
    const one = new ShareWorker(broker)
    await one.acquire()
    await one.reject('a1')
    await one.reject('b1')
    await broker.trimPartition('t.dead', 0, at(1))
    const answer = await broker.redrive('g', { all: true })
    expect(answer).toEqual({ redriven: 1, gone: 1, left: 0 })
    expect(await one.acquire()).toEqual(['b1'])
  })
})

test('without its dead-letter topic a record is kept, and told of, until it is there again', async () => {
  await using opened = await openShare(SKIP)
  const { broker, clock } = opened
  await broker.produceRecords('t', keyed('a1 b1 a2'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await broker.deleteTopic('t.dead')
  expect(await one.reject('a1')).toBeNull()
  const { deadLetterProblem } = await broker.describeShareGroup('g')
  expect(deadLetterProblem).toMatch('its dead-letter topic t.dead does not exist')
  await broker.createTopic('t.dead', {})
  clock.advance(1_000)
  expect(await one.acquire()).toEqual(['a2'])
  expect(await valuesOf(broker, 't.dead')).toEqual(['a1'])
})

test('what retention passes has expired, and its receipt acknowledges nothing', async () => {
  await using opened = await openShare()
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 b1 a2 c1'), {})
  const one = new ShareWorker(broker)
  await one.acquire(1)
  await broker.trimPartition('t', 0, at(2))
  expect(await one.accept('a1')).toEqual(['RECEIPT_EXPIRED'])
  const { partitions } = await broker.describeShareGroup('g')
  expect(partitions).toMatchObject([{ startOffset: 2, expired: 2, unsettled: 2 }])
  expect(await one.acquire()).toEqual(['a2', 'c1'])
})

test('a growth holds a key up until what it had before is settled', async () => {
  await using opened = await openShare({}, { partitions: 1 })
  const { broker } = opened
  const names = Array.from({ length: 12 }, (_, index) => `k${index}x`)
  await broker.produceRecords(
    't',
    names.map((name) => record(`${name}1`, { key: name })),
    {},
  )
  const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  const held = await one.acquire(11)
  await broker.alterTopic('t', { partitions: 4 })
  await broker.produceRecords(
    't',
    names.map((name) => record(`${name}2`, { key: name })),
    {},
  )
  expect(await two.acquire(50)).toEqual(['k11x1'])
  await two.accept('k11x1')
  expect(await two.acquire(50)).toEqual(['k11x2'])
  await one.accept(...held.slice(0, 6))
  expect([...(await two.acquire(50))].sort()).toEqual(
    held
      .slice(0, 6)
      .map((value) => value.replace(/1$/, '2'))
      .sort(),
  )
})

function headersOf({ headers }: LogRecord): Record<string, string> {
  return Object.fromEntries(
    headers.map(({ name, value }) => [name, Buffer.from(value ?? []).toString()]),
  )
}
