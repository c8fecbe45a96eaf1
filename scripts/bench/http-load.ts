import { type AnswerSummary, HttpConnection } from './http-connection.ts'

export interface Load {
  readonly port: number
  readonly connections: number
  /** The next request of one connection; `count` is how many it has sent. */
  readonly request: (connection: number, count: number) => Uint8Array
  /** Counts an answer. Without it, one a request. */
  readonly units?: (answer: AnswerSummary) => number
  /** Ends the load before its time. */
  readonly isDone?: () => boolean
}

/**
 * Every connection sends, waits for the answer, sends again, until the time is over. Units a second. An answer other
 * than 2xx is an error: a benchmark must not count refusals.
 */
export async function runHttpLoad(load: Load, seconds: number): Promise<number> {
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => HttpConnection.open(load.port)),
  )
  try {
    const started = performance.now()
    const ends = started + seconds * 1000
    const counts = await Promise.all(
      connections.map((connection, index) => runConnection(connection, index, load, ends)),
    )
    const elapsed = (performance.now() - started) / 1000
    return counts.reduce((sum, count) => sum + count, 0) / elapsed
  } finally {
    for (const connection of connections) connection[Symbol.dispose]()
  }
}

async function runConnection(
  connection: HttpConnection,
  index: number,
  { request, units = () => 1, isDone = () => false }: Load,
  ends: number,
): Promise<number> {
  let total = 0
  for (let count = 0; performance.now() < ends && !isDone(); count++) {
    const answer = await connection.send(request(index, count))
    if (answer.status < 200 || answer.status > 299) throw new Error(`an answer was: ${answer.head}`)
    total += units(answer)
  }
  return total
}
