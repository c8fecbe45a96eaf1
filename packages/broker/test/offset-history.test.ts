import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { at, failure, openBroker, record } from './open-broker.ts'

const HOUR_MS = 3_600_000

/** Twenty records in each of two partitions, and a clock that begins at 0. */
async function open(directory: string) {
  const clock = new ManualClock(1_000)
  const broker = await openBroker(directory, { clock })
  await broker.createTopic('t', { partitions: 2 })
  for (const partition of [0, 1]) {
    const records = Array.from({ length: 20 }, (_, index) =>
      record('x', { partition, timestamp: index * 100 }),
    )
    await broker.produceRecords('t', records, {})
  }
  const commit = (group: string, partition: number, offset: number) =>
    broker.commitOffsets(group, [{ topic: 't', partition, offset: at(offset) }])
  return { clock, broker, commit }
}

describe('the history of commits', () => {
  test('is told newest first, with who did what and when', async () => {
    await using directory = await makeTempDirectory()
    const { clock, broker, commit } = await open(directory.path)
    await commit('g', 0, 5)
    clock.advance(1_000)
    const noted = { topic: 't', partition: 1, offset: at(6), metadata: 'm' }
    await broker.commitOffsets('g', [noted])
    await commit('another', 0, 9)
    clock.advance(1_000)
    const to = { at: 'latest' } as const
    await broker.resetOffsets('g', { topic: 't', to, partitions: [0], dryRun: false })
    clock.advance(1_000)
    await broker.deleteOffsets('g', { topic: 't' })
    const { commits, next } = await broker.offsetHistory('g', { limit: 10 })
    const common = { topic: 't', metadata: '' }
    expect(commits).toEqual([
      { ...common, partition: 1, offset: null, committedAt: 4_000, by: null },
      { ...common, partition: 0, offset: null, committedAt: 4_000, by: null },
      { ...common, partition: 0, offset: 20, committedAt: 3_000, by: 'reset' },
      { ...common, partition: 1, offset: 6, metadata: 'm', committedAt: 2_000, by: null },
      { ...common, partition: 0, offset: 5, committedAt: 1_000, by: null },
    ])
    expect(next).toBeUndefined()
    await broker.close()
  })

  test('comes in pages that join, of one topic and partition when asked for', async () => {
    await using directory = await makeTempDirectory()
    const { broker, commit } = await open(directory.path)
    for (let offset = 0; offset < 20; offset++) {
      await commit(offset % 3 === 0 ? 'another' : 'g', offset % 2, offset)
    }
    const found: (number | null)[] = []
    let after: string | undefined
    do {
      const filter = { topic: 't', partition: 1, limit: 2, ...(after !== undefined && { after }) }
      const page = await broker.offsetHistory('g', filter)
      found.push(...page.commits.map(({ offset }) => offset))
      after = page.next
    } while (after !== undefined)
    expect(found).toEqual([19, 17, 13, 11, 7, 5, 1])
    await expect(broker.offsetHistory('g', { limit: 2, after: 'x' })).rejects.toThrow(
      failure('INVALID_REQUEST'),
    )
    await broker.close()
  })

  test('of a topic that is gone is gone', async () => {
    await using directory = await makeTempDirectory()
    const { broker, commit } = await open(directory.path)
    await commit('g', 0, 5)
    await broker.deleteTopic('t')
    await broker.createTopic('t', {})
    expect(await broker.offsetHistory('g', { limit: 10 })).toEqual({ commits: [] })
    await broker.close()
  })
})

describe('a reset', () => {
  const reset = (
    broker: EmbeddedBroker,
    to: Parameters<EmbeddedBroker['resetOffsets']>[1]['to'],
    options: { dryRun?: boolean; partitions?: readonly number[] } = {},
  ) => broker.resetOffsets('g', { topic: 't', to, dryRun: false, ...options })

  test('moves to either end, an offset, a time, or by so much, within what there is', async () => {
    await using directory = await makeTempDirectory()
    const { broker, commit } = await open(directory.path)
    await broker.trimPartition('t', 0, at(4))
    await commit('g', 0, 10)
    const targets = async (to: Parameters<typeof reset>[1]) => {
      const moves = await reset(broker, to, { dryRun: true })
      return moves.map((move) => [move.partition, move.from, move.to])
    }
    expect(await targets({ at: 'earliest' })).toEqual([
      [0, 10, 4],
      [1, null, 0],
    ])
    expect(await targets({ at: 'latest' })).toEqual([
      [0, 10, 20],
      [1, null, 20],
    ])
    expect(await targets({ at: 'offset', offset: at(7) })).toEqual([
      [0, 10, 7],
      [1, null, 7],
    ])
    expect(await targets({ at: 'timestamp', timestamp: 150 })).toEqual([
      [0, 10, 4],
      [1, null, 2],
    ])
    expect(await targets({ at: 'timestamp', timestamp: 9_999 })).toEqual([
      [0, 10, 20],
      [1, null, 20],
    ])
    expect(await targets({ at: 'shift', by: -2 })).toEqual([[0, 10, 8]])
    expect(await targets({ at: 'shift', by: -100 })).toEqual([[0, 10, 4]])
    expect(await targets({ at: 'shift', by: 100 })).toEqual([[0, 10, 20]])
    await broker.close()
  })

  test('to an offset that one of the partitions lacks is refused, and moves none', async () => {
    await using directory = await makeTempDirectory()
    const { broker, commit } = await open(directory.path)
    await broker.trimPartition('t', 1, at(4))
    await commit('g', 0, 10)
    await expect(reset(broker, { at: 'offset', offset: at(2) })).rejects.toThrow(
      failure('OFFSET_OUT_OF_RANGE', { logStartOffset: 4, highWatermark: 20 }),
    )
    expect(await broker.committedOffsets('g', {})).toMatchObject([{ partition: 0, offset: 10 }])
    await reset(broker, { at: 'offset', offset: at(2) }, { partitions: [0] })
    expect(await broker.committedOffsets('g', {})).toMatchObject([{ partition: 0, offset: 2 }])
    await broker.close()
  })

  test('that is a dry run answers the same, and moves nothing', async () => {
    await using directory = await makeTempDirectory()
    const { broker, commit } = await open(directory.path)
    await commit('g', 0, 10)
    const planned = await reset(broker, { at: 'latest' }, { dryRun: true })
    expect(await broker.committedOffsets('g', {})).toMatchObject([{ offset: 10 }])
    expect(await reset(broker, { at: 'latest' })).toEqual(planned)
    expect(await broker.committedOffsets('g', {})).toMatchObject([{ offset: 20 }, { offset: 20 }])
    await broker.close()
  })

  test('to a time brings back what was committed then', async () => {
    await using directory = await makeTempDirectory()
    const { clock, broker, commit } = await open(directory.path)
    await commit('g', 0, 3)
    clock.advance(HOUR_MS)
    const then = clock.nowMs()
    await commit('g', 0, 5)
    await commit('another', 0, 9)
    clock.advance(HOUR_MS)
    await commit('g', 0, 8)
    await commit('g', 1, 2)
    const moved = (timestamp: number) => reset(broker, { at: 'committedAt', timestamp })
    // Partition 1 had nothing then, and is left alone.
    expect(await moved(then)).toEqual([{ topic: 't', partition: 0, from: 8, to: 5 }])
    expect(await moved(then - 1)).toEqual([{ topic: 't', partition: 0, from: 5, to: 3 }])
    expect(await moved(0)).toEqual([])
    expect(await broker.committedOffsets('g', {})).toMatchObject([{ offset: 3 }, { offset: 2 }])
    await broker.close()
  })
})
