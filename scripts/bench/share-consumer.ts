import { JSON_TYPE } from '@millrace/http-api/records'
import { type AnswerSummary, HttpConnection, requestBytes } from './http-connection.ts'
import type { ServerProcess } from './server-process.ts'

/** A consumer of a share group, on a connection of its own: each acquire accepts what the one before brought. */
export class BenchShareConsumer implements Disposable {
  readonly #connection: HttpConnection
  readonly #path: string
  readonly #consumer: string
  #receipts: readonly string[] = []

  static async open(port: number, group: string, consumer: string): Promise<BenchShareConsumer> {
    return new BenchShareConsumer(await HttpConnection.open(port, ANSWER_BYTES), group, consumer)
  }

  private constructor(connection: HttpConnection, group: string, consumer: string) {
    this.#connection = connection
    this.#path = `/v1/share-groups/${group}/acquire`
    this.#consumer = consumer
  }

  /** Answers with how many records were settled: those of the acquire before. */
  async acquire(limits: { readonly maxRecords: number; readonly waitMs: number }): Promise<number> {
    const acknowledgements = this.#receipts.map((receipt) => ({ receipt, type: 'accept' }))
    const body = { consumer: this.#consumer, ...limits, acknowledgements }
    const bytes = Buffer.from(JSON.stringify(body))
    const headers = { 'Content-Type': JSON_TYPE }
    const answer = await this.#connection.send(requestBytes('POST', this.#path, headers, bytes))
    if (answer.status !== 200 || answer.tail.includes('"code":"')) throw notExpected(answer)
    this.#receipts = [...answer.tail.matchAll(RECEIPT)].map(([, receipt = '']) => receipt)
    return acknowledgements.length
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]()
  }
}

/** Of a record: what became of those before is told without one. */
const RECEIPT = /"receipt":"([^"]+)","deliveryCount"/g
/** More than any answer has. */
const ANSWER_BYTES = 2 ** 20

/** Makes a share group on a running server. */
export async function createShareGroup(
  server: ServerProcess,
  group: string,
  settings: object,
): Promise<void> {
  const response = await fetch(`${server.url}/v1/share-groups/${group}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(settings),
  })
  if (!response.ok) throw new Error(`${group} was not made: ${await response.text()}`)
}

function notExpected({ head, tail }: AnswerSummary): Error {
  return new Error(`an answer was: ${head}\n${tail.slice(-1000)}`)
}
