import type { Acknowledged, Acknowledgement } from '@millrace/model/share-group'
import { acknowledgeAll, type OpenedAcknowledgement } from './acknowledging.ts'
import type { GroupPartitions } from './group-partitions.ts'

/** What was said of records, and waits to be written down: of a long call, some in one turn and some in the next. */
export class AcknowledgementQueue {
  #calls: Call[] = []

  get isEmpty(): boolean {
    return this.#calls.length === 0
  }

  /** Resolves when all of it is on disk. */
  add(opened: readonly OpenedAcknowledgement[]): Promise<readonly Acknowledged[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Acknowledged[]>()
    this.#calls.push({ opened, results: [], resolve, reject })
    return promise
  }

  /** The first of it: no more than an append of so many bytes can tell of, and at least one. */
  take(maxBytes: number): AcknowledgementPortion {
    const pieces: Piece[] = []
    let bytes = 0
    for (const call of this.#calls) {
      if (bytes > maxBytes) break
      const from = call.results.length
      let to = from
      while (to < call.opened.length && bytes <= maxBytes) bytes += weightOf(call.opened[to++])
      pieces.push({ call, some: call.opened.slice(from, to) })
    }
    return new AcknowledgementPortion(pieces)
  }

  /** They are over, done or not. */
  remove(portion: AcknowledgementPortion): void {
    const over = new Set(portion.over())
    if (over.size > 0) this.#calls = this.#calls.filter((call) => !over.has(call))
  }

  refuse(error: unknown): void {
    for (const { reject } of this.#calls.splice(0)) reject(error)
  }
}

/** What one turn writes down of it. */
export class AcknowledgementPortion {
  #pieces: readonly Piece[]
  #results: readonly (readonly Acknowledged[])[] = []
  readonly #over: Call[] = []

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  apply(partitions: GroupPartitions, nowMs: number): void {
    this.#results = this.#pieces.map(({ some }) => acknowledgeAll(partitions, some, nowMs))
  }

  /** It is on disk. What fails after that in the same turn has nothing to do with it. */
  done(): void {
    for (const [index, { call }] of this.#pieces.entries()) {
      call.results.push(...(this.#results[index] ?? []))
      if (call.results.length < call.opened.length) continue
      this.#over.push(call)
      call.resolve(call.results)
    }
    this.#pieces = []
  }

  fail(error: unknown): void {
    for (const { call } of this.#pieces) {
      this.#over.push(call)
      call.reject(error)
    }
  }

  over(): readonly Call[] {
    return this.#over
  }
}

interface Call {
  readonly opened: readonly OpenedAcknowledgement[]
  /** Of the first of them. */
  readonly results: Acknowledged[]
  readonly resolve: (results: readonly Acknowledged[]) => void
  readonly reject: (error: unknown) => void
}

interface Piece {
  readonly call: Call
  readonly some: readonly OpenedAcknowledgement[]
}

function weightOf(opened: OpenedAcknowledgement | undefined): number {
  const said: Acknowledgement | undefined = opened?.said
  const reason = said !== undefined && 'reason' in said ? (said.reason?.length ?? 0) : 0
  return FACT_BYTES + reason * BYTES_PER_CHARACTER
}

/** Of one that fails, without its reason; a reason may be of any letters. */
const FACT_BYTES = 150
const BYTES_PER_CHARACTER = 3
