import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Benchmark } from '../benchmark.ts'
import { openEngine, runAppends } from '../engine.ts'
import { runFileLoop } from '../peers/file-loop.ts'
import { sampleBatch } from '../sample-records.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

export const engineAppend: Benchmark = {
  name: 'engine-append',
  about:
    'Batches of 1 MiB appended to one partition, each waiting until it is durable; write-behind and checkpoints go on ' +
    'meanwhile. Beside it: the same bytes written to the end of a growing file, each followed by fdatasync.',
  async run(setting) {
    const batch = sampleBatch(2 ** 20)
    const { storage, logs } = await openEngine(join(setting.directory, 'data'), 1)
    const [log] = logs
    assert(log !== undefined)
    const mebibytes = batch.length / 2 ** 20
    const { rates, figures } = await measureInTurns(
      [
        {
          name: 'engine',
          unit: 'MiB',
          run: async (seconds) => {
            const load = { batch, waiting: 1, nextLog: () => log }
            return (await runAppends(storage, load, seconds)) * mebibytes
          },
        },
        {
          name: 'file, write and fdatasync',
          unit: 'MiB',
          run: async (seconds) => (await runFileLoop(setting.directory, batch, seconds)) / 2 ** 20,
        },
      ],
      setting,
    )
    await storage.close()
    const [engine = [], file = []] = rates
    return { figures, verdicts: [atLeast(0.7, pairedRatio(engine, file), 'the file')] }
  },
}
