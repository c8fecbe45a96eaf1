import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { seededRandom } from '@millrace/testing/seeded-random'
import { ServerProcess } from '../../bench/server-process.ts'
import type { Attack } from '../attack.ts'
import { ask } from '../hostile/ask.ts'
import { expectWorks } from '../hostile/expect-works.ts'
import { apiOf } from '../hostile/open-api-operations.ts'
import { HOSTILE_SETTINGS } from '../hostile/settings.ts'

const REQUESTS = 2_000

export const hostileHttp: Attack = {
  name: 'hostile-http',
  about:
    'Requests made from the OpenAPI document of the server: right ones with hostile values, wrong types, parameters left ' +
    'out and repeated, odd headers and encodings, cut, in pieces and several at once. No answer is a bug, the process ' +
    'lives on, refusals are problem documents, and then a produce, a fetch and `log verify` find all in order.',
  cases: `servers, each asked ${REQUESTS} times`,
  target: 100_000 / REQUESTS,
  share: 1,
  async tryCase(seed, directory) {
    const data = join(directory, 'data')
    await using server = await ServerProcess.start(data, HOSTILE_SETTINGS)
    const api = apiOf(await (await fetch(`${server.url}/openapi.json`)).json())
    const counts = await ask(server, api, seededRandom(seed), REQUESTS)
    await expectWorks(server)
    await server.stop()
    await run(process.execPath, [CLI, 'log', 'verify', '--data-dir', data])
    return { requests: REQUESTS, ...counts }
  },
}

const run = promisify(execFile)
const CLI = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))
