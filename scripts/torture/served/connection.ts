import { Agent, type IncomingMessage, request } from 'node:http'

export interface Reply {
  readonly status: number
  readonly body: Buffer
}

/** The server is gone, or going: whether it did what it was asked for is not known. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

/** One connection that lasts, one request at a time, and nothing tried again. */
export class Connection implements Disposable {
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(port: number) {
    this.#port = port
  }

  get(path: string): Promise<Reply> {
    return this.send('GET', path)
  }

  /** An object is sent as JSON. Rejects with ConnectionLostError when there is no whole answer. */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const bytes = bytesOf(body)
    const type = body instanceof Uint8Array ? BATCHES_TYPE : 'application/json'
    const content =
      bytes === undefined ? {} : { 'Content-Type': type, 'Content-Length': bytes.length }
    try {
      return await new Promise<Reply>((resolve, reject) => {
        const call = request({
          port: this.#port,
          host: '127.0.0.1',
          agent: this.#agent,
          method,
          path,
          headers: { ...content, ...headers },
        })
        call.on('error', reject)
        call.on('response', (response) => void readWhole(response).then(resolve, reject))
        call.end(bytes)
      })
    } catch (cause) {
      throw new ConnectionLostError(`${method} ${path} has no answer`, { cause })
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

export function jsonOf({ body }: Reply): unknown {
  return JSON.parse(body.toString())
}

const BATCHES_TYPE = 'application/vnd.millrace.record-batches'

function bytesOf(body: object | undefined): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body
  return Buffer.from(JSON.stringify(body))
}

async function readWhole(response: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  return { status: response.statusCode ?? 0, body: Buffer.concat(pieces) }
}
