import { JSON_TYPE } from '@millrace/http-api/records'
import { type AnswerSummary, HttpConnection, requestBytes } from './http-connection.ts'

/** A member of a consumer group, on a connection of its own: each poll goes on by the cursor of the answer before. */
export class BenchMember implements Disposable {
  readonly #connection: HttpConnection
  readonly #path: string
  readonly #topics: readonly string[]
  #cursor: string | null = null

  static async open(port: number, group: string, topics: readonly string[]): Promise<BenchMember> {
    return new BenchMember(await HttpConnection.open(port), group, topics)
  }

  private constructor(connection: HttpConnection, group: string, topics: readonly string[]) {
    this.#connection = connection
    this.#path = `/v1/groups/${group}/poll`
    this.#topics = topics
  }

  async poll(limits: { readonly maxRecords: number; readonly waitMs: number }) {
    const body = { ...limits, cursor: this.#cursor, topics: this.#topics }
    const headers = { 'Content-Type': JSON_TYPE }
    const bytes = Buffer.from(JSON.stringify(body))
    const answer = await this.#connection.send(requestBytes('POST', this.#path, headers, bytes))
    const cursor = /"cursor":"([^"]*)"/.exec(answer.tail)?.[1]
    if (answer.status !== 200 || cursor === undefined) throw notExpected(answer)
    this.#cursor = cursor
    return answer
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]()
  }
}

function notExpected({ head, tail }: AnswerSummary): Error {
  return new Error(`an answer was: ${head}\n${tail}`)
}
