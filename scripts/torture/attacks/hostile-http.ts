import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import { ServerProcess } from '../../bench/server-process.ts'
import type { Attack } from '../attack.ts'
import { type Answer, answersIn, exchange } from '../hostile/exchange.ts'
import { hostileRequest } from '../hostile/hostile-request.ts'
import { type Api, apiOf } from '../hostile/open-api-operations.ts'

const REQUESTS = 2_000

export const hostileHttp: Attack = {
  name: 'hostile-http',
  about:
    'Requests made from the OpenAPI document of the server: right ones with hostile values, wrong types, parameters left ' +
    'out and repeated, odd headers and encodings, cut, in pieces and several at once. No answer is a bug, the process ' +
    'lives on, refusals are problem documents, memory grows by less than 64 MB, and then a produce, a fetch and ' +
    '`log verify` find all in order.',
  cases: `servers, each asked ${REQUESTS} times`,
  target: 100_000 / REQUESTS,
  share: 1,
  async tryCase(seed, directory) {
    const data = join(directory, 'data')
    await using server = await ServerProcess.start(data, SETTINGS)
    const api = apiOf(await (await fetch(`${server.url}/openapi.json`)).json())
    const random = seededRandom(seed)
    await ask(server, api, random, WARM_UP)
    const before = await server.figures()
    const counts = await ask(server, api, random, REQUESTS - WARM_UP)
    const { residentBytes } = await server.figures()
    const growth = residentBytes - before.residentBytes
    if (growth > GROWTH_MAX) throw new Error(`The server takes ${growth} bytes more than before.`)
    await expectWorks(server)
    await server.stop()
    await run(process.execPath, [CLI, 'log', 'verify', '--data-dir', data])
    return { requests: REQUESTS, ...counts }
  },
}

const run = promisify(execFile)
const CLI = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))
const SETTINGS = {
  'storage.reserveBytes': '0',
  'storage.minFreeBytes': '0',
  'http.bodiesInFlightMaxBytes': String(8 * 1024 * 1024),
  'broker.autoCreateTopics': 'true',
  logLevel: 'fatal',
}
const WARM_UP = 500
const GROWTH_MAX = 64 * 1024 * 1024
const AT_ONCE = 40
const PATIENCE_MS = 200

async function ask(server: ServerProcess, api: Api, random: SeededRandom, requests: number) {
  const counts: Record<string, number> = {}
  for (let sent = 0; sent < requests;) {
    const exchanges: Promise<void>[] = []
    for (let count = 0; count < AT_ONCE && sent < requests; count++) {
      const length = Math.min(requests - sent, random.pick([1, 1, 1, 2, 5]))
      sent += length
      exchanges.push(askOnce(server, makeRequests(api, random, length), random, counts))
    }
    await Promise.all(exchanges)
  }
  return counts
}

function makeRequests(api: Api, random: SeededRandom, length: number): readonly Buffer[] {
  return Array.from({ length }, (_, index) => hostileRequest(api, random, index === length - 1))
}

async function askOnce(
  server: ServerProcess,
  requests: readonly Buffer[],
  random: SeededRandom,
  counts: Record<string, number>,
): Promise<void> {
  const bytes = Buffer.concat(requests)
  const at = random.below(bytes.length + 1)
  const pieces = random.chance(20) ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes]
  for (const answer of answersIn(await exchange(server.port, pieces, PATIENCE_MS))) {
    const wrong = whatIsWrong(answer)
    if (wrong !== undefined) {
      throw new Error(
        `${wrong}\n${answer.text.slice(0, 2_000)}\nasked: ${bytes.toString('base64')}`,
      )
    }
    const family = `answers of ${Math.floor(answer.status / 100)}xx`
    counts[family] = (counts[family] ?? 0) + 1
  }
}

function whatIsWrong({ status, text, type }: Answer): string | undefined {
  // Streams may say it after a 200; what describes the API names it, too.
  const isTold = type.includes('event-stream') || type.includes('ndjson')
  if (status === 500 || (isTold && text.includes('INTERNAL_ERROR'))) return 'That is a bug.'
  const hasBody = !/^content-length: 0\r$/im.test(text) && text.includes('\r\n\r\n')
  const isProblem = type === 'application/problem+json'
  if (status >= 400 && hasBody && !isProblem && text.split('\r\n\r\n')[1] !== '') {
    return `A refusal is of the type ${type}.`
  }
  return undefined
}

async function expectWorks({ url }: ServerProcess): Promise<void> {
  const topic = `${url}/v1/topics/afterwards`
  // Each takes most of the room that there is for all bodies.
  for (let count = 0; count < 3; count++) {
    await expectTaken(`${topic}/records`, `${' '.repeat(6_000_000)}{"value":"still here"}`)
  }
  const fetched = await fetch(`${topic}/partitions/0/records?offset=0`)
  const text = await fetched.text()
  if (!fetched.ok || !text.includes('still here')) {
    throw new Error(`Afterwards a fetch answers ${text}`)
  }
}

async function expectTaken(url: string, body: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Afterwards a produce is answered with ${text}`)
}
