import { JSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import { PeerProcess } from '../peer-process.ts'
import { sampleJson } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio, ratioFigure, repeatFor } from '../turns.ts'

const CONNECTIONS = 8
const STORING_NOTHING = new URL('../peers/storing-nothing.ts', import.meta.url)
const BARE_APP = new URL('../peers/bare-app.ts', import.meta.url)
const RECORDS = 1000

export const httpJsonBatches: Benchmark = {
  name: 'http-json-batches',
  about:
    `${RECORDS} JSON records of 1 KiB a request over ${CONNECTIONS} connections, each request answered when it is durable. ` +
    'Beside it: the same route parsing, validating and answering without storing; and, for information, a bare Fastify ' +
    'app that parses, validates and answers, and JSON.parse of the same bodies and nothing else, in this process.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await using route = await PeerProcess.start(STORING_NOTHING)
    await using app = await PeerProcess.start(BARE_APP)
    await createTopic(server, 'batches', 6)
    const text = bodyText()
    const path = '/v1/topics/batches/records'
    const request = requestBytes('POST', path, { 'Content-Type': JSON_TYPE }, Buffer.from(text))
    const load = (port: number) => (seconds: number) =>
      runHttpLoad(
        { port, connections: CONNECTIONS, request: () => request, units: () => RECORDS },
        seconds,
      )
    const { rates, figures } = await measureInTurns(
      [
        { name: 'Millrace', unit: 'records', run: load(server.port) },
        { name: 'the same route, storing nothing', unit: 'records', run: load(route.port) },
        { name: 'a bare app, storing nothing', unit: 'records', run: load(app.port) },
        { name: 'JSON.parse alone', unit: 'records', run: (seconds) => runParse(text, seconds) },
      ],
      setting,
    )
    const [ours = [], same = [], bare = []] = rates
    return {
      figures: [...figures, ratioFigure('beside the bare app', pairedRatio(ours, bare))],
      verdicts: [atLeast(0.5, pairedRatio(ours, same), 'the same route, storing nothing')],
    }
  },
}

function bodyText(): string {
  const records = Array.from({ length: RECORDS }, (_, index) => {
    return `{"key":"user-${index}","value":${sampleJson(index, 1024)}}`
  })
  return `{"records":[${records.join(',')}]}`
}

function runParse(text: string, seconds: number): Promise<number> {
  return repeatFor(seconds, () => {
    JSON.parse(text)
    return RECORDS
  })
}
