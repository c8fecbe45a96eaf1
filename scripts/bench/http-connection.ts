import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * One kept-alive HTTP/1.1 connection that sends ready-made requests, one at a time, and throws their answers away.
 * Client and server share the machine's cores in a benchmark, so the client does as little as it can: answers are
 * counted, never collected (but for the head, and the end, which says where to go on).
 */
export class HttpConnection implements Disposable {
  readonly #socket: Socket
  readonly #tailBytes: number
  #answer: Answer | undefined

  /** `tailBytes`: how much of the end of each answer is kept. */
  static async open(port: number, tailBytes = TAIL_BYTES): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new HttpConnection(socket, tailBytes)
  }

  private constructor(socket: Socket, tailBytes: number) {
    this.#socket = socket
    this.#tailBytes = tailBytes
    socket.on('data', (bytes: Buffer) => this.#answer?.take(bytes))
    socket.on('error', (error) => this.#answer?.fail(error))
    socket.on('close', () => this.#answer?.fail(new Error('the server closed the connection')))
  }

  /** Sends a whole request, head and body; resolves when the whole answer has come. */
  async send(request: Uint8Array): Promise<AnswerSummary> {
    const answer = new Answer(this.#tailBytes)
    this.#answer = answer
    this.#socket.write(request)
    const summary = await answer.promise
    this.#answer = undefined
    return summary
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

export interface AnswerSummary {
  readonly status: number
  readonly head: string
  /** Of the body, without the framing of chunks. */
  readonly bodyBytes: number
  /** The last bytes that came, as text. */
  readonly tail: string
}

/** A request as it goes over the wire. */
export function requestBytes(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array = new Uint8Array(),
): Uint8Array {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'GET' ? [] : [`Content-Length: ${body.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

/** The answer being read: its head, then a body of known length or in chunks. */
class Answer {
  readonly #settle = Promise.withResolvers<AnswerSummary>()
  readonly #tailBytes: number
  #waiting: Buffer = Buffer.alloc(0)
  #head: string | undefined
  #status = 0
  #isChunked = false
  /** Body bytes still to come of the whole body, or of the chunk with its line end. */
  #left = 0
  #bodyBytes = 0
  #tail: Buffer = Buffer.alloc(0)

  constructor(tailBytes: number) {
    this.#tailBytes = tailBytes
  }

  get promise(): Promise<AnswerSummary> {
    return this.#settle.promise
  }

  fail(error: Error): void {
    this.#settle.reject(error)
  }

  take(bytes: Buffer): void {
    const isMore = bytes.length < this.#tailBytes && this.#tail.length > 0
    this.#tail = isMore ? Buffer.concat([this.#tail, bytes]) : bytes
    this.#tail = this.#tail.subarray(-this.#tailBytes)
    let rest = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes])
    this.#waiting = Buffer.alloc(0)
    if (this.#head === undefined) {
      const end = rest.indexOf('\r\n\r\n')
      if (end === -1) {
        this.#waiting = rest
        return
      }
      this.#readHead(rest.toString('latin1', 0, end))
      rest = rest.subarray(end + 4)
    }
    if (this.#isChunked) this.#takeChunks(rest)
    else this.#takeBody(rest)
  }

  #readHead(head: string): void {
    this.#head = head
    this.#status = Number(head.slice(9, 12))
    this.#isChunked = /^transfer-encoding: *chunked/im.test(head)
    this.#left = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    if (!this.#isChunked) this.#bodyBytes = this.#left
  }

  #takeBody(rest: Buffer): void {
    this.#left -= rest.length
    if (this.#left <= 0) this.#finish()
  }

  #takeChunks(bytes: Buffer): void {
    let rest = bytes
    for (;;) {
      const taken = Math.min(this.#left, rest.length)
      this.#left -= taken
      rest = rest.subarray(taken)
      if (this.#left > 0) return
      const lineEnd = rest.indexOf('\r\n')
      if (lineEnd === -1) {
        this.#waiting = rest
        return
      }
      const size = Number.parseInt(rest.toString('latin1', 0, lineEnd), 16)
      if (size === 0) {
        this.#finish()
        return
      }
      this.#bodyBytes += size
      this.#left = size + 2
      rest = rest.subarray(lineEnd + 2)
    }
  }

  #finish(): void {
    const head = this.#head ?? ''
    const tail = this.#tail.toString('latin1')
    this.#settle.resolve({ status: this.#status, head, bodyBytes: this.#bodyBytes, tail })
  }
}

/** Room for what an answer says beside its records. */
const TAIL_BYTES = 4 * 1024
