/** Requests, as short as a test wants to read them. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Serving } from './serving.ts'

export interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, unless it is a string or bytes. */
  readonly body?: unknown
}

/** One request; `json` is the answer's body where it is JSON. */
export async function call({ url }: Serving, path: string, options: Call = {}) {
  const { body, headers = {} } = options
  const isPlain = body === undefined || typeof body === 'string' || body instanceof Buffer
  const response = await fetch(url + path, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: isPlain ? headers : { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined
      ? {}
      : { body: isPlain ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body) }),
  })
  const answer = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text: answer,
    json: isJson && answer !== '' ? JSON.parse(answer) : undefined,
  }
}

/** The same with the address exactly as it is: `fetch` would tidy it up. */
export async function callExactly({ port }: Serving, method: string, path: string) {
  const asked = request({ port, method, path, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: response.statusCode, json: JSON.parse(await text(response)) }
}

/** Bytes to the socket and back, until the server closes it. */
export async function exchange({ port }: Serving, sent: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(sent)
  return answerOn(socket)
}

/** What comes until the connection is closed, in whatever way: a reset after an answer is not the answer's fault. */
export async function answerOn(socket: Socket): Promise<string> {
  const pieces: Buffer[] = []
  socket.on('error', () => undefined).on('data', (piece: Buffer) => pieces.push(piece))
  await new Promise<void>((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
  return Buffer.concat(pieces).toString()
}

export async function createTopic(serving: Serving, topic: string, partitions = 1): Promise<void> {
  const { status } = await call(serving, `/v1/topics/${topic}`, {
    method: 'PUT',
    body: { partitions },
  })
  if (status !== 201) throw new Error(`The topic was not made: ${status}`)
}

/** Records into one topic, which must take them. */
export async function produce(serving: Serving, topic: string, records: readonly object[]) {
  const answer = await call(serving, `/v1/topics/${topic}/records`, { body: { records } })
  if (answer.status !== 200) throw new Error(`They were not produced: ${answer.text}`)
  return answer.json
}

/** What a partition holds, as JSON. */
export async function fetchAll(serving: Serving, topic: string, partition = 0, query = '') {
  const { json } = await call(
    serving,
    `/v1/topics/${topic}/partitions/${partition}/records?maxRecords=10000&maxBytes=16777216${query}`,
  )
  return json.records
}

/** The values of a partition, in order. */
export async function values(serving: Serving, topic: string, partition = 0): Promise<unknown[]> {
  const records: { value: unknown }[] = await fetchAll(serving, topic, partition)
  return records.map(({ value }) => value)
}
