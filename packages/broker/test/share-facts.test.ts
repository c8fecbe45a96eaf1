import { expect, test } from 'vitest'
import { readAll } from './open-broker.ts'
import { keyed, type OpenedShare, openShare, ShareWorker } from './share-worker.ts'

const LOCK_MS = 30_000

/** Facts of some 12 KB: all are handed out, and come back. */
async function handOutAndReturn({ broker }: OpenedShare): Promise<void> {
  const one = new ShareWorker(broker)
  const values = await one.acquire(300)
  expect(values).toHaveLength(300)
  await one.say(values.map((value) => ({ value, type: 'return' })))
}

/** Of the group's only partition: what a start has to read behind its state. */
async function factsBytes({ broker }: OpenedShare): Promise<number> {
  let bytes = 0
  for (const { key, value } of await readAll(broker, '__share')) {
    const [kind] = String(Buffer.from(key ?? [])).split(' ')
    if (kind === 'state') bytes = 0
    if (kind === 'facts') bytes += value?.length ?? 0
  }
  return bytes
}

test.each([
  ['restarted', (opened: OpenedShare) => opened.reopen()],
  [
    'given other settings',
    ({ broker }: OpenedShare, round: number) =>
      broker.putShareGroup('g', { topics: ['t'], acquisitionLockMs: LOCK_MS + round }),
  ],
])('a group that is %s again and again does not gather facts without end', async (_what, again) => {
  await using opened = await openShare()
  const values = Array.from({ length: 300 }, (_, index) => String(index))
  await opened.broker.produceRecords('t', keyed(values.join(' ')), {})
  let most = 0
  for (let round = 1; round <= 20; round++) {
    await again(opened, round)
    await handOutAndReturn(opened)
    most = Math.max(most, await factsBytes(opened))
  }
  expect(most).toBeGreaterThan(50_000)
  expect(most).toBeLessThan(100_000)
})

test('nor does one that only copies what comes of a parked key', async () => {
  await using opened = await openShare({ deadLetter: { topic: 't.dead', policy: 'park-key' } })
  const { broker } = opened
  await broker.produceRecords('t', keyed('a0'), {})
  const one = new ShareWorker(broker)
  await one.acquire()
  await one.reject('a0')
  let most = 0
  for (let round = 1; round <= 20; round++) {
    const values = Array.from({ length: 100 }, (_, index) => `a${index}`)
    await broker.produceRecords('t', keyed(values.join(' ')), {})
    expect(await one.acquire()).toEqual([])
    most = Math.max(most, await factsBytes(opened))
  }
  const { partitions } = await broker.describeShareGroup('g')
  expect(partitions).toMatchObject([{ deadLetters: 2_001, unsettled: 0 }])
  expect(most).toBeGreaterThan(40_000)
  expect(most).toBeLessThan(100_000)
})
