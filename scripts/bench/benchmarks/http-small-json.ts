import { JSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import { PeerProcess } from '../peer-process.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio, ratioFigure } from '../turns.ts'

const CONNECTIONS = 64
const STORING_NOTHING = new URL('../peers/storing-nothing.ts', import.meta.url)
const BARE_APP = new URL('../peers/bare-app.ts', import.meta.url)

export const httpSmallJson: Benchmark = {
  name: 'http-small-json',
  about:
    `${CONNECTIONS} connections, one small JSON record a request, each answered when it is durable. Beside it: the same ` +
    'route, with all of its checks, answering at once without storing; and, for information, a bare Fastify app that ' +
    'parses the body, holds it to the same schema and answers at once.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await using route = await PeerProcess.start(STORING_NOTHING)
    await using app = await PeerProcess.start(BARE_APP)
    await createTopic(server, 'small', 6)
    const body = Buffer.from('{"key":"user-1","value":{"total":3,"currency":"EUR"}}')
    const path = '/v1/topics/small/records'
    const request = requestBytes('POST', path, { 'Content-Type': JSON_TYPE }, body)
    const load = (port: number) => (seconds: number) =>
      runHttpLoad({ port, connections: CONNECTIONS, request: () => request }, seconds)
    const { rates, figures } = await measureInTurns(
      [
        { name: 'Millrace', unit: 'requests', run: load(server.port) },
        { name: 'the same route, storing nothing', unit: 'requests', run: load(route.port) },
        { name: 'a bare app, storing nothing', unit: 'requests', run: load(app.port) },
      ],
      setting,
    )
    const [ours = [], same = [], bare = []] = rates
    return {
      figures: [...figures, ratioFigure('beside the bare app', pairedRatio(ours, bare))],
      verdicts: [atLeast(0.6, pairedRatio(ours, same), 'the same route, storing nothing')],
    }
  },
}
