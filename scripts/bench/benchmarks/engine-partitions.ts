import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { LogId } from '@millrace/log/log'
import type { Benchmark } from '../benchmark.ts'
import { openEngine, runAppends } from '../engine.ts'
import { sampleBatch } from '../sample-records.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const PARTITIONS = 1000

export const enginePartitions: Benchmark = {
  name: 'engine-partitions',
  about:
    `64 waiting appends of 1 KiB spread over ${PARTITIONS} partitions, checkpoints included. Beside it: the same to one ` +
    'partition of the same engine.',
  async run(setting) {
    const batch = sampleBatch(1024)
    const { storage, logs } = await openEngine(join(setting.directory, 'data'), PARTITIONS + 1)
    const [one, ...many] = logs
    assert(one !== undefined)
    let turn = 0
    const nextOfMany = (): LogId => many[turn++ % many.length] ?? one
    const { rates, figures } = await measureInTurns(
      [
        {
          name: `to ${PARTITIONS} partitions`,
          unit: 'appends',
          run: (seconds) =>
            runAppends(storage, { batch, waiting: 64, nextLog: nextOfMany }, seconds),
        },
        {
          name: 'to one partition',
          unit: 'appends',
          run: (seconds) =>
            runAppends(storage, { batch, waiting: 64, nextLog: () => one }, seconds),
        },
      ],
      setting,
    )
    await storage.close()
    const [spread = [], single = []] = rates
    return { figures, verdicts: [atLeast(0.6, pairedRatio(spread, single), 'one partition')] }
  },
}
