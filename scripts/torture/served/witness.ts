import type { Answer, Operation, SentRecord } from '@millrace/testing/history'
import type { Reply } from './connection.ts'
import { ConnectionLostError } from './connection.ts'

/** Keeps, outside of the server, what its clients asked for and were told. */
export class Witness {
  readonly operations: Operation[] = []
  acknowledgedRecords = 0
  /** By log, the first offset after all that was acknowledged there. */
  readonly #ends = new Map<string, number>()
  #moment = 0

  /** A moment after all before. */
  now(): number {
    return ++this.#moment
  }

  note(operation: Operation): void {
    this.operations.push(operation)
  }

  noteRestart(): void {
    this.note({ kind: 'restart', at: this.now() })
  }

  noteSend(began: number, answer: Answer, records: readonly SentRecord[]): void {
    this.note({ kind: 'send', began, ended: this.now(), answer, records })
    if (answer !== 'acknowledged') return
    this.acknowledgedRecords += records.length
    for (const { log, offset } of records) {
      if (offset !== undefined) this.#ends.set(log, Math.max(this.endOf(log), offset + 1))
    }
  }

  /** As far as it was acknowledged. */
  endOf(log: string): number {
    return this.#ends.get(log) ?? 0
  }
}

export function logOf(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** What somebody was told of a request that is not only a look. `good` are the statuses that it may well have. */
export async function answerTo(
  asked: Promise<Reply>,
  good: readonly number[],
): Promise<{ readonly answer: Answer; readonly reply?: Reply }> {
  try {
    const reply = await asked
    if (good.includes(reply.status)) return { answer: 'acknowledged', reply }
    return { answer: refusalOf(reply), reply }
  } catch (error) {
    if (error instanceof ConnectionLostError) return { answer: 'unknown' }
    throw error
  }
}

/** Too much at once, and a server that stops, are no fault of its own; whatever else is, as nothing asked is wrong. */
function refusalOf({ body, status }: Reply): Answer {
  const problem: unknown = JSON.parse(body.toString())
  const isExpected = (status === 429 || status === 503 || status === 507) && isProblem(problem)
  if (isExpected) return problem.appended === false ? 'refused' : 'unknown'
  throw new Error(`A sound request was answered ${status}: ${body.toString().slice(0, TOLD_MAX)}`)
}

function isProblem(value: unknown): value is { readonly appended: unknown } {
  return typeof value === 'object' && value !== null && 'appended' in value
}

const TOLD_MAX = 500
