import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { ServerProcess } from '../../bench/server-process.ts'
import { type Answer, answersIn, exchange } from './exchange.ts'
import { hostileRequest } from './hostile-request.ts'
import type { Api } from './open-api-operations.ts'

/** Asks so many hostile requests, some of them over one connection. Answers with how many answers of each kind came. */
export async function ask(server: ServerProcess, api: Api, random: SeededRandom, requests: number) {
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
  // The registry has the error documents of the API that it speaks.
  const isProblem =
    type === 'application/problem+json' ||
    (type === REGISTRY_TYPE && text.includes('"error_code":'))
  if (status >= 400 && hasBody && !isProblem && text.split('\r\n\r\n')[1] !== '') {
    return `A refusal is of the type ${type}.`
  }
  return undefined
}

const REGISTRY_TYPE = 'application/vnd.schemaregistry.v1+json'
const AT_ONCE = 40
const PATIENCE_MS = 200
