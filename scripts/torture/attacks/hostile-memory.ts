import { join } from 'node:path'
import { seededRandom } from '@millrace/testing/seeded-random'
import { ServerProcess } from '../../bench/server-process.ts'
import type { Attack } from '../attack.ts'
import { ask } from '../hostile/ask.ts'
import { expectWorks } from '../hostile/expect-works.ts'
import { apiOf } from '../hostile/open-api-operations.ts'
import { HOSTILE_SETTINGS } from '../hostile/settings.ts'

// A heap grows to what its load needs: until about here. From then on it must not.
const WARM_UP = 10_000
const REQUESTS = 100_000
const LOOK_EVERY = 1_000
const GROWTH_MAX = 64 * 1024 * 1024

export const hostileMemory: Attack = {
  name: 'hostile-memory',
  about:
    `One server under hostile requests for long: ${WARM_UP.toLocaleString('en-US')} until it has settled, and then, at no time, ` +
    'memory (RSS) of 64 MiB or more beyond the most that it had until then. Too long for `pnpm test`.',
  cases: `servers, each asked ${REQUESTS.toLocaleString('en-US')} times after that`,
  target: 1,
  share: 0,
  async tryCase(seed, directory) {
    await using server = await ServerProcess.start(join(directory, 'data'), HOSTILE_SETTINGS)
    const api = apiOf(await (await fetch(`${server.url}/openapi.json`)).json())
    const random = seededRandom(seed)
    await ask(server, api, random, WARM_UP)
    const settled = await server.figures()
    for (let asked = 0; asked < REQUESTS; asked += LOOK_EVERY) {
      await ask(server, api, random, LOOK_EVERY)
      const { residentBytes } = await server.figures()
      const growth = residentBytes - settled.peakResidentBytes
      if (growth >= GROWTH_MAX) {
        throw new Error(
          `After ${asked + LOOK_EVERY} requests the server takes ${growth} bytes more.`,
        )
      }
    }
    const { peakResidentBytes } = await server.figures()
    await expectWorks(server)
    return {
      requests: REQUESTS,
      'megabytes at most': toMegabytes(peakResidentBytes),
      'megabytes at most until it had settled': toMegabytes(settled.peakResidentBytes),
    }
  },
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}
