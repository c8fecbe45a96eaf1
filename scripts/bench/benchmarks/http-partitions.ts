import type { Benchmark } from '../benchmark.ts'
import { runHttpLoad } from '../http-load.ts'
import { sampleBatch } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic, rawProduceRequest } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const PARTITIONS = 1000

export const httpPartitions: Benchmark = {
  name: 'http-partitions',
  about:
    `64 connections, each producing raw batches of 1 KiB and waiting for the answer, spread over ${PARTITIONS} partitions. ` +
    'Beside it: the same to one partition of the same server.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await createTopic(server, 'spread', PARTITIONS)
    await createTopic(server, 'single', 1)
    const batch = sampleBatch(1024)
    const single = rawProduceRequest('single', 0, batch)
    const spread = Array.from({ length: PARTITIONS }, (_, partition) => {
      return rawProduceRequest('spread', partition, batch)
    })
    let turn = 0
    const { port } = server
    const { rates, figures } = await measureInTurns(
      [
        {
          name: `to ${PARTITIONS} partitions`,
          unit: 'requests',
          run: (seconds) => {
            const request = (): Uint8Array => spread[turn++ % spread.length] ?? single
            return runHttpLoad({ port, connections: 64, request }, seconds)
          },
        },
        {
          name: 'to one partition',
          unit: 'requests',
          run: (seconds) => runHttpLoad({ port, connections: 64, request: () => single }, seconds),
        },
      ],
      setting,
    )
    const [toMany = [], toOne = []] = rates
    return { figures, verdicts: [atLeast(0.7, pairedRatio(toMany, toOne), 'one partition')] }
  },
}
