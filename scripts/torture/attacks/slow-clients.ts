import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import { ServerProcess } from '../../bench/server-process.ts'
import type { Attack } from '../attack.ts'
import { MemoryGroup } from '../memory-group.ts'

const CLIENTS = 300

export const slowClients: Attack = {
  name: 'slow-clients',
  about:
    'Clients that ask for more than they read, send a body a byte at a time, stop in the middle of their headers, or go ' +
    'away without a word. Meanwhile others produce and fetch, each answered within 5 s, and the server does with 640 MiB ' +
    'of memory: as root in a cgroup of so much, where the kernel would kill it; else by what was measured.',
  cases: `servers with ${CLIENTS} such clients`,
  target: 100,
  share: 1,
  async tryCase(seed, directory) {
    await using server = await ServerProcess.start(join(directory, 'data'), SETTINGS)
    const random = seededRandom(seed)
    await fill(server)
    await using group = await MemoryGroup.hold(server.pid, MEMORY_MAX)
    const clients: Socket[] = []
    try {
      for (let count = 0; count < CLIENTS; count++) clients.push(await beSlow(server.port, random))
      for (let turn = 0; turn < TURNS; turn++) {
        for (const client of clients) if (client.writable && random.chance(30)) client.write('1')
        await useAsUsual(server, `${seed}-${turn}`)
        await pause(TURN_MS)
      }
    } finally {
      for (const client of clients) client.destroy()
    }
    const { peakResidentBytes } = await server.figures()
    if (group === undefined && peakResidentBytes > MEMORY_MAX) {
      throw new Error(`Slow clients made the server take ${peakResidentBytes} bytes.`)
    }
    await useAsUsual(server, `${seed}-afterwards`)
    const held = group === undefined ? {} : { 'servers in a cgroup': 1 }
    return { 'slow clients': CLIENTS, 'requests of others': (TURNS + 1) * 2, ...held }
  },
}

const SETTINGS = {
  'storage.reserveBytes': '0',
  'storage.minFreeBytes': '0',
  'http.requestTimeoutMs': '1000',
  'http.nextBytesTimeoutMs': '1000',
  'http.headersTimeoutMs': '1000',
  'broker.autoCreateTopics': 'true',
}
/** An answer for each that does not read, and what V8 lets pile up before it collects. */
const MEMORY_MAX = 640 * 1024 * 1024
const TURNS = 8
const TURN_MS = 200
const ANSWER_MS_MAX = 5_000
const FILL_BYTES = 700_000
const RECORDS = '/v1/topics/events/records'

/** Enough that no socket holds an answer. */
async function fill({ url }: ServerProcess): Promise<void> {
  const body = JSON.stringify({ value: 'x'.repeat(FILL_BYTES) })
  const headers = { 'Content-Type': 'application/json' }
  for (let count = 0; count < 12; count++) {
    const answer = await fetch(url + RECORDS, { method: 'POST', headers, body })
    await answer.text()
    if (!answer.ok) throw new Error(`A produce is answered with ${answer.status}.`)
  }
}

async function beSlow(port: number, random: SeededRandom): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  // Being hung up on is what it may come to.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.pause()
  socket.write(random.pick(BEGINNINGS))
  return socket
}

/** Never read, and never ended. */
const FETCH = 'GET /v1/topics/events/partitions/0/records?offset=0'
const HOST = 'HTTP/1.1\r\nHost: 127.0.0.1\r\n'
const POST = `POST ${RECORDS} ${HOST}Content-Type: `
const BEGINNINGS = [
  `${FETCH}&maxBytes=8000000 ${HOST}\r\n`.repeat(60),
  `${FETCH} ${HOST}Accept: text/event-stream\r\n\r\n`,
  `${FETCH} ${HOST}Accept: application/x-ndjson\r\n\r\n`,
  `${POST}application/json\r\nContent-Length: 100000\r\n\r\n{"value":`,
  `${POST}application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"value":`,
  `${POST}text/plain\r\nContent-Length: 1000\r\n\r\n`,
  `${FETCH} ${HOST}X-Slow: `,
  'GET ',
] as const

async function useAsUsual({ url }: ServerProcess, text: string): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_MS_MAX)
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify({ value: text })
  const topic = `${url}/v1/topics/others`
  const produced = await fetch(`${topic}/records`, { method: 'POST', headers, body, signal })
  const told = await produced.text()
  if (!produced.ok) throw new Error(`A produce beside slow clients is answered with ${told}`)
  const fetched = await fetch(`${topic}/partitions/0/records?offset=0`, { signal })
  if (!(await fetched.text()).includes(text))
    throw new Error('A record that was acknowledged is not there.')
}
