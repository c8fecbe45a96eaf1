import { JSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import { PeerProcess } from '../peer-process.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const CONNECTIONS = 64

export const httpSmallJson: Benchmark = {
  name: 'http-small-json',
  about:
    `${CONNECTIONS} connections, one small JSON record a request, each answered when it is durable. Beside it: the same ` +
    'route of the same framework, with the same schema, answering at once without storing.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await using app = await PeerProcess.start(new URL('../peers/answering-app.ts', import.meta.url))
    await createTopic(server, 'small', 6)
    const body = Buffer.from('{"key":"user-1","value":{"total":3,"currency":"EUR"}}')
    const path = '/v1/topics/small/records'
    const request = requestBytes('POST', path, { 'Content-Type': JSON_TYPE }, body)
    const load = (port: number) => (seconds: number) =>
      runHttpLoad({ port, connections: CONNECTIONS, request: () => request }, seconds)
    const { rates, figures } = await measureInTurns(
      [
        { name: 'Millrace', unit: 'requests', run: load(server.port) },
        { name: 'answering without storing', unit: 'requests', run: load(app.port) },
      ],
      setting,
    )
    const [ours = [], peer = []] = rates
    const ratio = pairedRatio(ours, peer)
    return { figures, verdicts: [atLeast(0.6, ratio, 'answering without storing')] }
  },
}
