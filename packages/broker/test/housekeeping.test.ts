import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { Housekeeping } from '../src/housekeeping.ts'
import { NO_LOGGER } from '../src/logger.ts'
import { at, openBroker, record, valuesOf } from './open-broker.ts'

const HOUR_MS = 3_600_000

/** Time passes by the test's word; what is done in it takes its own. */
async function logStartAMinuteLater(broker: EmbeddedBroker, clock: ManualClock): Promise<number> {
  clock.advance(60_000)
  await new Promise((resolve) => setImmediate(resolve))
  return broker.partitionState('t', 0).logStartOffset
}

describe('housekeeping', () => {
  test('gives each chore its turn on one timer, also after it failed', async () => {
    const clock = new ManualClock()
    const done: string[] = []
    const told: object[] = []
    const logger = { ...NO_LOGGER, warn: (fields: object) => told.push(fields) }
    const chore = (name: string, everyMs: number, error?: Error) => ({
      name,
      everyMs,
      async run() {
        done.push(name)
        if (error !== undefined) throw error
      },
    })
    const chores = [chore('often', 100), chore('seldom', 250, new Error('broken'))]
    const housekeeping = new Housekeeping(clock, logger, chores)
    for (let step = 0; step < 10; step++) {
      expect(clock.scheduledCount).toBe(1)
      clock.advance(50)
      // The chores of this turn are done once the timer is set again.
      await expect.poll(() => clock.scheduledCount).toBe(1)
    }
    expect(done).toEqual(['often', 'often', 'seldom', 'often', 'often', 'often', 'seldom'])
    expect(told).toMatchObject([{ chore: 'seldom' }, { chore: 'seldom' }])
    await housekeeping.stop()
    expect(clock.scheduledCount).toBe(0)
  })

  test('lets go of segments that are too many, and tells', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    const told: string[] = []
    const logger = { ...NO_LOGGER, info: (_fields: object, message: string) => told.push(message) }
    await using broker = await openBroker(directory.path, { clock, logger })
    const MiB = 1024 * 1024
    const config = { segmentBytes: MiB, retentionBytes: MiB, maxMessageBytes: MiB }
    await broker.createTopic('t', { config })
    const large = 'x'.repeat(700_000)
    for (let index = 0; index < 4; index++) {
      await broker.produceRecords('t', [record(`${index}${large}`)], {})
    }
    await expect.poll(() => logStartAMinuteLater(broker, clock)).toBe(2)
    expect(told).toContain('records expired')
    expect(await valuesOf(broker, 't')).toHaveLength(2)
  })

  test('lets go of segments that are too old', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    await using broker = await openBroker(directory.path, { clock })
    await broker.createTopic('t', { config: { retentionMs: HOUR_MS } })
    await broker.produceRecords('t', [record('old', { timestamp: clock.nowMs() })], {})
    clock.advance(HOUR_MS - 60_000)
    expect(await logStartAMinuteLater(broker, clock)).toBe(0)
    await expect.poll(() => logStartAMinuteLater(broker, clock)).toBe(1)
    expect(await valuesOf(broker, 't')).toEqual([])
  })

  test('keeps the lag of every group for the metrics', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    await using broker = await openBroker(directory.path, { clock })
    await broker.createTopic('t', { partitions: 2 })
    const timestamp = clock.nowMs()
    const records = ['0', '1', '2'].map((value) => record(value, { partition: 1, timestamp }))
    await broker.produceRecords('t', records, {})
    await broker.commitOffsets('g', [{ topic: 't', partition: 1, offset: at(1) }])
    expect(broker.metrics().lag).toEqual([])
    clock.advance(10_000)
    const lag = { group: 'g', topic: 't', partition: 1, lag: 2, lagMs: 10_000 }
    await expect.poll(() => broker.metrics().lag).toEqual([lag])
    clock.advance(1_000)
    expect(broker.metrics().lag).toEqual([{ ...lag, lagMs: 11_000 }])
  })
})
