import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { RECORD_BATCHES_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { HttpConnection, requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import { PeerProcess } from '../peer-process.ts'
import { sampleBatch } from '../sample-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic, fillTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const CONNECTIONS = 4
const PIECE_BYTES = 4 * 2 ** 20
/** Less than a segment, so that all of it is one file; it stays in the page cache for both. */
const TOPIC_BYTES_MAX = 900 * 2 ** 20

export const httpRawFetch: Benchmark = {
  name: 'http-raw-fetch',
  about:
    `Raw batches fetched with maxBytes 4 MiB over ${CONNECTIONS} connections. Beside it: a process that reads pieces of ` +
    '4 MiB of the same segment file and writes them to sockets, without protocol, index or checks.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await createTopic(server, 'raw', 1)
    await fillTopic(
      server,
      'raw',
      sampleBatch(2 ** 20),
      Math.min(setting.bulkBytes, TOPIC_BYTES_MAX),
    )
    const requests = await requestsOf(server.port)
    const segment = join(setting.directory, 'topics', 'raw-0', `${'0'.repeat(20)}.log`)
    const script = new URL('../peers/file-to-socket.ts', import.meta.url)
    await using peer = await PeerProcess.start(script, [segment, String(PIECE_BYTES)])
    const { rates, figures } = await measureInTurns(
      [
        {
          name: 'Millrace',
          unit: 'MiB',
          run: async (seconds) => {
            const load = {
              port: server.port,
              connections: CONNECTIONS,
              request: (connection: number, count: number) =>
                requests[(connection * 31 + count) % requests.length] ?? new Uint8Array(),
              units: ({ bodyBytes }: { bodyBytes: number }) => bodyBytes / 2 ** 20,
            }
            return runHttpLoad(load, seconds)
          },
        },
        { name: 'file to socket', unit: 'MiB', run: (seconds) => runPieces(peer.port, seconds) },
      ],
      setting,
    )
    const [ours = [], file = []] = rates
    return { figures, verdicts: [atLeast(0.5, pairedRatio(ours, file), 'file to socket')] }
  },
}

/** One request for each 4 MiB of the partition, found by walking it once. */
async function requestsOf(port: number): Promise<readonly Uint8Array[]> {
  using connection = await HttpConnection.open(port)
  const requests: Uint8Array[] = []
  for (let offset = 0; ;) {
    const path = `/v1/topics/raw/partitions/0/records?offset=${offset}&maxBytes=${PIECE_BYTES}`
    const request = requestBytes('GET', path, { Accept: RECORD_BATCHES_TYPE })
    const { head, status } = await connection.send(request)
    const next = Number(/^millrace-next-offset: *(\d+)/im.exec(head)?.[1] ?? NaN)
    if (status !== 200 || Number.isNaN(next)) throw new Error(`an answer was: ${head}`)
    if (next === offset) return requests
    requests.push(request)
    offset = next
  }
}

async function runPieces(port: number, seconds: number): Promise<number> {
  const started = performance.now()
  const ends = started + seconds * 1000
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => countPieces(port, ends)),
  )
  const pieces = counts.reduce((sum, count) => sum + count, 0)
  return (pieces * PIECE_BYTES) / 2 ** 20 / ((performance.now() - started) / 1000)
}

/** Asks for a piece with a byte, and for the next when it has all come. */
async function countPieces(port: number, ends: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let pieces = 0
  let received = 0
  const done = Promise.withResolvers<void>()
  socket.on('error', done.reject)
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length
    if (received < PIECE_BYTES) return
    received = 0
    pieces++
    if (performance.now() >= ends) done.resolve()
    else socket.write('.')
  })
  socket.write('.')
  await done.promise
  socket.destroy()
  return pieces
}
