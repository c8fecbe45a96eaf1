import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { at, failure, openBroker, record, recordsIn } from './open-broker.ts'

const REQUEST = {
  topic: 't',
  partition: 0,
  offset: at(0),
  maxBytes: 65_536,
  minBytes: 1,
  waitMs: 0,
}

describe('a fetch', () => {
  test('answers with what there is, where to go on, and where the log stands', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    await broker.produceRecords('t', [record('0'), record('1')], {})
    await broker.produceRecords('t', [record('2')], {})
    const { pieces, ...rest } = await broker.fetch({ ...REQUEST, offset: at(1) })
    expect(rest).toEqual({ nextOffset: 3, logStartOffset: 0, highWatermark: 3 })
    // Whole batches: the first begins before the offset asked for.
    expect(recordsIn(pieces).map(({ offset }) => offset)).toEqual([0, 1, 2])
  })

  test('gives at least one batch, whatever its size, and else no more than was asked for', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    for (let index = 0; index < 10; index++) {
      await broker.produceRecords('t', [record('x'.repeat(1_000))], {})
    }
    const one = await broker.fetch({ ...REQUEST, maxBytes: 1 })
    expect(one.nextOffset).toBe(1)
    const some = await broker.fetch({ ...REQUEST, maxBytes: 3_500 })
    expect(some.nextOffset).toBe(3)
  })

  test('of so many records reads the batches that have them, and no more', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const large = 'x'.repeat(50_000)
    for (let batch = 0; batch < 10; batch++) {
      await broker.produceRecords('t', [record(large), record(large), record('y')], {})
    }
    const offsets = async (from: EmbeddedBroker, offset: number, maxRecords: number) => {
      const limits = { maxRecords, maxBytes: 4_000_000 }
      const { pieces, nextOffset } = await from.fetch({ ...REQUEST, ...limits, offset: at(offset) })
      return [recordsIn(pieces)[0]?.offset, nextOffset]
    }
    const expectThem = async (from: EmbeddedBroker) => {
      expect(await offsets(from, 0, 1)).toEqual([0, 3])
      expect(await offsets(from, 2, 1)).toEqual([0, 3])
      expect(await offsets(from, 2, 2)).toEqual([0, 6])
      expect(await offsets(from, 0, 7)).toEqual([0, 9])
      expect(await offsets(from, 4, 500)).toEqual([3, 30])
    }
    await expectThem(broker)
    // The same from segments as from memory.
    await broker.close()
    await using again = await openBroker(directory.path)
    await expectThem(again)
  })

  test('outside the log is refused with what there is', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    await broker.produceRecords(
      't',
      ['0', '1', '2'].map((value) => record(value)),
      {},
    )
    await broker.trimPartition('t', 0, at(2))
    const outside = failure('OFFSET_OUT_OF_RANGE', { logStartOffset: 2, highWatermark: 3 })
    await expect(broker.fetch({ ...REQUEST, offset: at(1) })).rejects.toThrow(outside)
    await expect(broker.fetch({ ...REQUEST, offset: at(4) })).rejects.toThrow(outside)
    expect((await broker.fetch({ ...REQUEST, offset: at(3) })).nextOffset).toBe(3)
    const unknown = failure('UNKNOWN_TOPIC_OR_PARTITION')
    await expect(broker.fetch({ ...REQUEST, partition: 1 })).rejects.toThrow(unknown)
    await expect(broker.fetch({ ...REQUEST, topic: 'none' })).rejects.toThrow(unknown)
  })

  test('at the end of the log waits for the next record', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const waiting = broker.fetch({ ...REQUEST, waitMs: 60_000 })
    await expect.poll(() => broker.metrics().fetch.waiting).toBe(1)
    await broker.produceRecords('t', [record('at last')], {})
    const { pieces } = await waiting
    expect(recordsIn(pieces).map(({ value }) => String(value))).toEqual(['at last'])
    expect(broker.metrics().fetch.waiting).toBe(0)
  })

  test('waits until there are enough bytes, and has those that came before', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const waiting = broker.fetch({ ...REQUEST, minBytes: 2_500, waitMs: 60_000 })
    for (let index = 0; index < 3; index++) {
      await broker.produceRecords('t', [record('x'.repeat(1_000))], {})
    }
    const { pieces, nextOffset } = await waiting
    expect(recordsIn(pieces).map(({ offset }) => offset)).toEqual([0, 1, 2])
    expect(nextOffset).toBe(3)
  })

  test('answers with too little when its time is over, and leaves no timer behind', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    await using broker = await openBroker(directory.path, { clock })
    await broker.createTopic('t', {})
    await broker.produceRecords('t', [record('0')], {})
    const before = clock.scheduledCount
    const waiting = broker.fetch({ ...REQUEST, minBytes: 60_000, waitMs: 500 })
    await expect.poll(() => broker.metrics().fetch.waiting).toBe(1)
    expect(clock.scheduledCount).toBe(before + 1)
    clock.advance(500)
    const { pieces } = await waiting
    expect(recordsIn(pieces)).toHaveLength(1)
    expect(broker.metrics().fetch.waiting).toBe(0)
  })

  test('that is called off ends, with the reason', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const controller = new AbortController()
    const { signal } = controller
    const waiting = broker.fetch({ ...REQUEST, waitMs: 60_000, signal })
    await expect.poll(() => broker.metrics().fetch.waiting).toBe(1)
    controller.abort(new Error('the client went away'))
    await expect(waiting).rejects.toThrow('the client went away')
    await expect(broker.fetch({ ...REQUEST, waitMs: 1, signal })).rejects.toThrow('went away')
  })

  test('that waits is answered with what there is when the broker stops', async () => {
    await using directory = await makeTempDirectory()
    const broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const waiting = broker.fetch({ ...REQUEST, waitMs: 60_000 })
    await expect.poll(() => broker.metrics().fetch.waiting).toBe(1)
    await broker.close()
    expect(await waiting).toMatchObject({ pieces: [], nextOffset: 0 })
  })
})

test('an offset is found from either end, by time, and counted back', async () => {
  await using directory = await makeTempDirectory()
  await using broker = await openBroker(directory.path)
  await broker.createTopic('t', {})
  const times = [1_000, 2_000, 3_000, 4_000]
  await broker.produceRecords(
    't',
    times.map((timestamp) => record('x', { timestamp })),
    {},
  )
  await broker.trimPartition('t', 0, at(1))
  const find = (spec: Parameters<typeof broker.findOffset>[2]) => broker.findOffset('t', 0, spec)
  expect(await find({ at: 'earliest' })).toBe(1)
  expect(await find({ at: 'latest' })).toBe(4)
  expect(await find({ at: 'timestamp', timestamp: 2_001 })).toBe(2)
  expect(await find({ at: 'timestamp', timestamp: 1 })).toBe(1)
  expect(await find({ at: 'timestamp', timestamp: 9_000 })).toBe(4)
  expect(await find({ at: 'last', count: 1 })).toBe(3)
  expect(await find({ at: 'last', count: 99 })).toBe(1)
  expect(await find({ at: 'last', count: 0 })).toBe(4)
})
