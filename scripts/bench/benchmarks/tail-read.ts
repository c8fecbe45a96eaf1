import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import { sampleBatch } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic, fillTopic } from '../topic-setup.ts'
import { amount, measureInTurns, pairedRatio } from '../turns.ts'

export const tailRead: Benchmark = {
  name: 'tail-read',
  about:
    'The last ten records of a large partition (5 GiB unless told otherwise), read as JSON one request after the other, ' +
    'from a server that has just been started on it. Beside it: the same of a partition a thousandth as large.',
  async run(setting) {
    {
      await using filling = await ServerProcess.start(setting.directory)
      await createTopic(filling, 'large', 1)
      await createTopic(filling, 'small', 1)
      const batch = sampleBatch(2 ** 17)
      await fillTopic(filling, 'large', batch, setting.bulkBytes)
      await fillTopic(filling, 'small', batch, setting.bulkBytes / 1024)
    }
    await using server = await ServerProcess.start(setting.directory)
    const load = (topic: string) => (seconds: number) => {
      const path = `/v1/topics/${topic}/partitions/0/records?last=10`
      const request = requestBytes('GET', path)
      return runHttpLoad({ port: server.port, connections: 1, request: () => request }, seconds)
    }
    const { rates, figures } = await measureInTurns(
      [
        { name: 'large partition', unit: 'reads', run: load('large') },
        { name: 'small partition', unit: 'reads', run: load('small') },
      ],
      setting,
    )
    const [large = [], small = []] = rates
    const slower = 1 / pairedRatio(large, small)
    const verdict = {
      target: 'at most 3 times as long as from the small one',
      measured: `${amount(slower)} times`,
      isReached: slower <= 3,
    }
    return { figures, verdicts: [verdict] }
  },
}
