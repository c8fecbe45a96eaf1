import { RECORD_BATCHES } from './media-type.ts'
import type { AllocatedProducer, ProducedRanges } from '@millrace/http-api/records'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { RecordContent } from '@millrace/model/record'
import type { Codec } from '@millrace/model/record-batch'
import { call, readJson } from './call.ts'
import type { Connection } from './connection.ts'
import { attempt, pathOf } from './http.ts'
import { MillraceError, withUnknownOutcome } from './millrace-error.ts'
import type { ProducedRecord } from './pending-record.ts'
import { withRetries } from './retry.ts'

/** One partition's producer id, and the sequence number of the next record. */
interface Identity extends AllocatedProducer {
  nextSequence: number
}

export interface Delivery {
  /** By `performance.now()`: when to give up. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** Where the first of its records is; the others follow it. */
export type SentBatch = { readonly baseOffset: number } & Pick<ProducedRecord, 'deadLetters'>

/**
 * Sends batches to one partition, one at a time, each again and again until it is answered. The sequence
 * numbers inside let the server see a repeat, and answer it with the offsets that the first one got.
 *
 * A batch that was certainly not appended leaves its numbers to the next one. When that is not certain they
 * are lost with the whole producer id: a new one begins at 0, where nothing can be missed or taken for a repeat.
 */
export class SequencedSender {
  readonly #connection: Connection
  readonly #topic: string
  readonly #partition: number
  readonly #codec: Codec
  #identity: Identity | undefined

  constructor(connection: Connection, topic: string, partition: number, codec: Codec) {
    this.#connection = connection
    this.#topic = topic
    this.#partition = partition
    this.#codec = codec
  }

  /** Resolves once all are on disk. */
  async send(records: readonly RecordContent[], delivery: Delivery): Promise<SentBatch> {
    this.#identity ??= await this.#allocate(delivery)
    const identity = this.#identity
    const body = encodeBatch({
      records,
      codec: this.#codec,
      producerId: identity.producerId,
      producerEpoch: identity.producerEpoch,
      baseSequence: identity.nextSequence,
    })
    // Until the answer says otherwise.
    this.#identity = undefined
    let isUnknown = false
    try {
      const answer = await withRetries({ ...delivery, isIdempotent: true }, async () => {
        try {
          return await this.#post(body, delivery.signal)
        } catch (error) {
          isUnknown ||= !isRefusal(error)
          throw error
        }
      })
      const baseOffset = baseOffsetIn(answer, records.length)
      const nextSequence = (identity.nextSequence + records.length) % SEQUENCE_COUNT
      this.#identity = { ...identity, nextSequence }
      const { deadLetters } = answer
      return deadLetters === undefined ? { baseOffset } : { baseOffset, deadLetters }
    } catch (error) {
      if (!isUnknown && !isAboutSequence(error)) this.#identity = identity
      throw isUnknown && isRefusal(error) ? withUnknownOutcome(error) : error
    }
  }

  async #allocate({ deadlineMs, signal }: Delivery): Promise<Identity> {
    const retryForMs = deadlineMs - performance.now()
    const allocated = await call<AllocatedProducer>(
      { ...this.#connection, retryForMs },
      {
        method: 'POST',
        path: '/v1/producers',
        isIdempotent: true,
        mayAppend: false,
        signal,
      },
    )
    return { ...allocated, nextSequence: 0 }
  }

  async #post(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<ProducedRanges> {
    const request = {
      method: 'POST',
      path: pathOf`/v1/topics/${this.#topic}/records`,
      query: { partition: this.#partition },
      headers: { 'content-type': RECORD_BATCHES, accept: 'application/json' },
      body,
      signal,
    } as const
    return attempt(this.#connection, request, readJson<ProducedRanges>)
  }
}

/** The server says that nothing was appended by this attempt. */
function isRefusal(error: unknown): error is MillraceError {
  return error instanceof MillraceError && error.appended === false
}

/** Our numbers and the server's have come apart; going on with them would fail for ever. */
function isAboutSequence(error: unknown): boolean {
  return (
    error instanceof MillraceError &&
    (error.code === 'OUT_OF_ORDER_SEQUENCE' || error.code === 'PRODUCER_FENCED')
  )
}

function baseOffsetIn({ ranges }: ProducedRanges, recordCount: number): number {
  const [range] = ranges
  if (range === undefined || range.lastOffset - range.baseOffset + 1 !== recordCount) {
    throw new MillraceError('UNEXPECTED_ANSWER', `It is not about ${recordCount} records.`, {
      appended: 'unknown',
    })
  }
  return range.baseOffset
}

/** After 2^31 - 1 comes 0. */
const SEQUENCE_COUNT = 2 ** 31
