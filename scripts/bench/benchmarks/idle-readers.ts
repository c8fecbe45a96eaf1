import { setTimeout as delay } from 'node:timers/promises'
import { EVENT_STREAM_TYPE } from '@millrace/http-api/records'
import type { Benchmark, Figure, Verdict } from '../benchmark.ts'
import { HttpConnection, requestBytes } from '../http-connection.ts'
import { percent, usage } from '../core-usage.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'

const READERS = 1000
const POLL_MS = 30_000
const CPU_MAX = 0.02

export const idleReaders: Benchmark = {
  name: 'idle-readers',
  about:
    `${READERS} readers at the end of a topic to which nothing is produced: first long polls of 30 s, renewed as they run ` +
    'out, then event streams. How much of one core the server uses once all of them wait, over a time in which every poll ' +
    'is renewed and every stream has its heartbeats.',
  async run({ directory, sliceSeconds, rounds }) {
    const isLong = sliceSeconds * rounds >= POLL_MS / 1000
    // A glance waits and watches for moments only, and says nothing of renewals.
    const spread = isLong ? POLL_MS : 1000
    await using server = await ServerProcess.start(directory)
    await createTopic(server, 'quiet', 1)
    const idle = await usage(server, spread)
    const polling = await withReaders(server, { spread, send: pollForever })
    const streaming = await withReaders(server, { spread, send: streamForever })
    return {
      figures: [
        figure('without readers', idle),
        figure(`${READERS} long polls`, polling),
        figure(`${READERS} event streams`, streaming),
      ],
      verdicts: [verdict('long polls', polling), verdict('event streams', streaming)],
    }
  },
}

interface Readers {
  /** Over how long they arrive, in milliseconds, and then how long they are watched. */
  readonly spread: number
  readonly send: (connection: HttpConnection) => Promise<void>
}

async function withReaders(server: ServerProcess, { spread, send }: Readers): Promise<number> {
  const connections: HttpConnection[] = []
  const reading: Promise<void>[] = []
  for (let reader = 0; reader < READERS; reader++) {
    const connection = await HttpConnection.open(server.port)
    connections.push(connection)
    reading.push(send(connection))
    await delay(spread / READERS)
  }
  const share = await usage(server, spread)
  for (const connection of connections) connection[Symbol.dispose]()
  await Promise.allSettled(reading)
  return share
}

/** Until the connection is taken away. */
async function pollForever(connection: HttpConnection): Promise<void> {
  const path = `/v1/topics/quiet/partitions/0/records?offset=0&waitMs=${POLL_MS}`
  const poll = requestBytes('GET', path)
  for (;;) {
    const { status, head } = await connection.send(poll)
    if (status !== 200) throw new Error(`an answer was: ${head}`)
  }
}

async function streamForever(connection: HttpConnection): Promise<void> {
  await connection.send(
    requestBytes('GET', '/v1/topics/quiet/records?offset=latest', { Accept: EVENT_STREAM_TYPE }),
  )
}

function figure(label: string, share: number): Figure {
  return { label, value: percent(share) }
}

function verdict(name: string, share: number): Verdict {
  return {
    target: `${name}: under 2 % of one core`,
    measured: percent(share),
    isReached: share < CPU_MAX,
  }
}
