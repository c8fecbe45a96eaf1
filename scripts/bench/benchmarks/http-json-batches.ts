import { JSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import { PeerProcess } from '../peer-process.ts'
import { sampleJson } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const CONNECTIONS = 4
const RECORDS = 1000

export const httpJsonBatches: Benchmark = {
  name: 'http-json-batches',
  about:
    `${RECORDS} JSON records of 1 KiB a request over ${CONNECTIONS} connections, each request answered when it is durable. ` +
    'Beside it: the same route of the same framework parsing, validating and answering without storing; and, for ' +
    'information, JSON.parse of the same bodies and nothing else, in this process.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await using app = await PeerProcess.start(new URL('../peers/answering-app.ts', import.meta.url))
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
        { name: 'parsing, validating and answering', unit: 'records', run: load(app.port) },
        { name: 'JSON.parse alone', unit: 'records', run: (seconds) => runParse(text, seconds) },
      ],
      setting,
    )
    const [ours = [], peer = []] = rates
    const ratio = pairedRatio(ours, peer)
    return { figures, verdicts: [atLeast(0.5, ratio, 'parsing, validating and answering')] }
  },
}

function bodyText(): string {
  const records = Array.from({ length: RECORDS }, (_, index) => {
    return `{"key":"user-${index}","value":${sampleJson(index, 1024)}}`
  })
  return `{"records":[${records.join(',')}]}`
}

async function runParse(text: string, seconds: number): Promise<number> {
  const started = performance.now()
  const ends = started + seconds * 1000
  let count = 0
  while (performance.now() < ends) {
    JSON.parse(text)
    count += RECORDS
  }
  return Promise.resolve(count / ((performance.now() - started) / 1000))
}
