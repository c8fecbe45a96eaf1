import { createHash } from 'node:crypto'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { at, failure, openBroker, record, valuesOf } from './open-broker.ts'

const HOUR_MS = 3_600_000

function keyed(key: string, body = 'body', chunk = 0) {
  return { idempotency: { key, chunk, bodyHash: createHash('sha256').update(body).digest() } }
}

const records = ['a', 'b', 'c', 'd'].map((value) => record(value, { key: value }))

describe('a request with an idempotency key', () => {
  test('that comes again gets the first answer, and appends nothing', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 3 })
    const first = await broker.produceRecords('t', records, keyed('k'))
    const again = await broker.produceRecords('t', records, keyed('k'))
    expect(again).toEqual({ records: first.records, duplicate: true })
    const { partitions } = await broker.describeTopic('t')
    expect(partitions.reduce((sum, { logEndOffset }) => sum + logEndOffset, 0)).toBe(4)
  })

  test('is remembered after a restart, and for raw batches', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', { partitions: 2 })
    const answer = await first.produceRecords('t', records, keyed('k'))
    const batch = () => encodeBatch({ records: [record('raw'), record('raw')] })
    const ranges = await first.produceBatches('t', 1, batch(), keyed('raw'))
    await first.close()
    await using broker = await openBroker(directory.path)
    const again = await broker.produceRecords('t', records, keyed('k'))
    expect(again).toEqual({ ...answer, duplicate: true })
    const rawAgain = await broker.produceBatches('t', 1, batch(), keyed('raw'))
    expect(rawAgain).toEqual({ ...ranges, duplicate: true })
  })

  test('with another body is refused, also while the first is under way', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const refusal = failure('IDEMPOTENCY_KEY_REUSED', { appended: false })
    const first = broker.produceRecords('t', [record('a')], keyed('k'))
    await expect(broker.produceRecords('t', [record('b')], keyed('k', 'other'))).rejects.toThrow(
      refusal,
    )
    await first
    await expect(broker.produceRecords('t', [record('b')], keyed('k', 'other'))).rejects.toThrow(
      refusal,
    )
    expect(await valuesOf(broker, 't')).toEqual(['a'])
  })

  test('sent many times at once is appended once, and all get the same answer', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 2 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => broker.produceRecords('t', records, keyed('k'))),
    )
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(new Set(answers.map((answer) => JSON.stringify(answer.records))).size).toBe(1)
  })

  test('that fails leaves its key to the next', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const here = [record('x', { partition: 0 })]
    const wrong = { ...keyed('k'), expectedLogEndOffset: at(5) }
    const [failed, second] = await Promise.allSettled([
      broker.produceRecords('t', here, wrong),
      broker.produceRecords('t', here, keyed('k')),
    ])
    expect(failed).toMatchObject({ reason: { code: 'LOG_END_OFFSET_MISMATCH' } })
    expect(second).toMatchObject({ value: { duplicate: false } })
    expect(await valuesOf(broker, 't')).toEqual(['x'])
  })

  test('is told from the same key for another topic, another chunk, and a topic made again', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    await broker.createTopic('u', {})
    const produce = async (topic: string, chunk: number) => {
      const answer = await broker.produceRecords(topic, [record('x')], keyed('k', 'body', chunk))
      return answer.duplicate
    }
    expect(await produce('t', 0)).toBe(false)
    expect(await produce('u', 0)).toBe(false)
    expect(await produce('t', 1)).toBe(false)
    expect(await produce('t', 1)).toBe(true)
    await broker.deleteTopic('t')
    await broker.createTopic('t', {})
    expect(await produce('t', 0)).toBe(false)
  })

  test('is forgotten when its window is over, in this life and the next', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    const options = { clock, broker: { idempotencyWindowMs: HOUR_MS } }
    const first = await openBroker(directory.path, options)
    await first.createTopic('t', {})
    const produce = async (broker: typeof first, key: string) => {
      const answer = await broker.produceRecords('t', [record('x')], keyed(key))
      return answer.duplicate
    }
    await produce(first, 'k')
    clock.advance(HOUR_MS)
    expect(await produce(first, 'k')).toBe(true)
    clock.advance(1)
    expect(await produce(first, 'k')).toBe(false)
    await produce(first, 'l')
    await first.close()
    clock.advance(HOUR_MS + 1)
    await using broker = await openBroker(directory.path, options)
    expect(await produce(broker, 'k')).toBe(false)
    expect(await produce(broker, 'k')).toBe(true)
    expect(await produce(broker, 'l')).toBe(false)
  })

  test.each(['', 'a b', 'é', 'x'.repeat(129)])('%j is no key', async (key) => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    await expect(broker.produceRecords('t', [record('x')], keyed(key))).rejects.toThrow(
      failure('INVALID_REQUEST'),
    )
  })
})
