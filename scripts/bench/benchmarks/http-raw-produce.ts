import type { Benchmark } from '../benchmark.ts'
import { runHttpLoad } from '../http-load.ts'
import { PeerProcess } from '../peer-process.ts'
import { runFileLoop } from '../peers/file-loop.ts'
import { sampleBatch } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic, rawProduceRequest } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const CONNECTIONS = 8

export const httpRawProduce: Benchmark = {
  name: 'http-raw-produce',
  about:
    `Raw batches of 1 MiB over ${CONNECTIONS} connections, each answered when it is durable. Beside it: the same bytes to ` +
    'the end of a growing file, each write followed by fdatasync; and the same route of the same framework answering ' +
    'without storing.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await using route = await PeerProcess.start(
      new URL('../peers/storing-nothing.ts', import.meta.url),
    )
    await createTopic(server, 'raw', 1)
    const batch = sampleBatch(2 ** 20)
    const mebibytes = batch.length / 2 ** 20
    const request = rawProduceRequest('raw', 0, batch)
    const load = (port: number) => (seconds: number) =>
      runHttpLoad(
        { port, connections: CONNECTIONS, request: () => request, units: () => mebibytes },
        seconds,
      )
    const { rates, figures } = await measureInTurns(
      [
        { name: 'Millrace', unit: 'MiB', run: load(server.port) },
        { name: 'the same route, storing nothing', unit: 'MiB', run: load(route.port) },
        {
          name: 'file, write and fdatasync',
          unit: 'MiB',
          run: async (seconds) => (await runFileLoop(setting.directory, batch, seconds)) / 2 ** 20,
        },
      ],
      setting,
    )
    const [ours = [], ...peers] = rates
    const ratio = pairedRatio(ours, ...peers)
    return { figures, verdicts: [atLeast(0.5, ratio, 'the slower of the two')] }
  },
}
