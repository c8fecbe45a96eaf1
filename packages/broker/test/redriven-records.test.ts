import { expect, test } from 'vitest'
import { keyed, openShare, ShareWorker } from './share-worker.ts'

test('what is behind a record whose copy is gone comes once', async () => {
  await using opened = await openShare({ deadLetter: { topic: 't.dead', policy: 'skip' } })
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 a2'), {})
  const one = new ShareWorker(broker)
  await one.acquire(1)
  await one.reject('a1')
  await broker.redrive('g', { all: true })
  await broker.deleteTopic('t.dead')
  await broker.produceRecords('t', keyed('a3'), {})
  expect(await one.acquire()).toEqual(['a2'])
})

test('they come in their order, also one that was next before its key was parked', async () => {
  await using opened = await openShare({ deadLetter: { topic: 't.dead', policy: 'park-key' } })
  const { broker } = opened
  await broker.produceRecords('t', keyed('a1 a2 a3'), {})
  const [one, two] = [new ShareWorker(broker, 'w1'), new ShareWorker(broker, 'w2')]
  await one.acquire(2)
  await one.reject('a1')
  await broker.redrive('g', { all: true })
  expect(await one.acquire(1)).toEqual(['a1'])
  expect(await two.acquire()).toEqual([])
  await one.accept('a1')
  expect(await two.acquire()).toEqual(['a2', 'a3'])
})
