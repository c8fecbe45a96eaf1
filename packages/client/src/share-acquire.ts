import type { FetchedRecord } from '@millrace/http-api/records'
import type { Acknowledged, Acknowledgement } from '@millrace/model/share-group'
import { readJson } from './call.ts'
import type { Connection } from './connection.ts'
import type { ConsumedRecord } from './consumed-record.ts'
import { attempt, pathOf, type CallOptions } from './http.ts'
import { recordOfJson } from './json-answer.ts'
import { MillraceError } from './millrace-error.ts'
import { withRetries } from './retry.ts'

export interface AcquireOptions extends CallOptions {
  /** Its own name for itself. */
  readonly consumer: string
  readonly maxRecords?: number
  /** Of records; the first comes even when it is larger. */
  readonly maxBytes?: number
  /** How long the server waits for a record that can be handed out. */
  readonly waitMs?: number
  /** Settled, on disk, before anything is acquired. */
  readonly acknowledgements?: readonly Acknowledgement[]
}

/** A record that is this consumer's until the lock runs out. */
export interface AcquiredRecord extends ConsumedRecord {
  /** Of this delivery: what an acknowledgement names. */
  readonly receipt: string
  /** 1: this is the first. */
  readonly deliveryCount: number
  /** By the server's clock, in milliseconds since the epoch. */
  readonly lockedUntil: number
}

export interface AcknowledgedReceipt extends Acknowledged {
  /**
   * Said twice, as no answer came to the first: a RECEIPT_EXPIRED may mean that the first one counted. To be told from
   * a lock that was lost.
   */
  readonly isRepeat: boolean
}

export interface AcquireAnswer {
  /** In the order of their partitions and offsets. */
  readonly records: readonly AcquiredRecord[]
  /** One for each acknowledgement, in order. */
  readonly acknowledged: readonly AcknowledgedReceipt[]
}

/** What a consumer is told besides. */
interface TimedAcquireAnswer extends AcquireAnswer {
  /**
   * By `performance.now()`: when what was answered was sent. The locks are no older; that the answer was read says
   * nothing of that, as it may have waited for this program, or on the way.
   */
  readonly sentAtMs: number
}

/**
 * Acknowledges, then takes records. Tried again when no answer came: what the first attempt was given stays locked
 * until its locks run out.
 */
export async function acquire(
  connection: Connection,
  group: string,
  { signal, ...wanted }: AcquireOptions,
): Promise<TimedAcquireAnswer> {
  const { answer, isRepeat, sentAtMs } = await post(connection, readJson<AcquireJson>, {
    path: pathOf`/v1/share-groups/${group}/acquire`,
    json: { ...wanted, format: 'base64' },
    waitMs: wanted.waitMs ?? 0,
    signal,
  })
  return {
    records: answer.records.map(acquiredOf),
    acknowledged: answer.acknowledged.map((each) => ({ ...each, isRepeat })),
    sentAtMs,
  }
}

/** One answer for each, in order; on disk when it resolves. */
export async function acknowledge(
  connection: Connection,
  group: string,
  acknowledgements: readonly Acknowledgement[],
  { signal }: CallOptions = {},
): Promise<readonly AcknowledgedReceipt[]> {
  const { answer, isRepeat } = await post(connection, readJson<Pick<AcquireJson, 'acknowledged'>>, {
    path: pathOf`/v1/share-groups/${group}/acknowledge`,
    json: { acknowledgements },
    waitMs: 0,
    signal,
  })
  return answer.acknowledged.map((each) => ({ ...each, isRepeat }))
}

interface AcquireJson {
  readonly records: readonly (FetchedRecord &
    Pick<AcquiredRecord, 'receipt' | 'deliveryCount' | 'lockedUntil' | 'topic'>)[]
  readonly acknowledged: readonly Acknowledged[]
}

function acquiredOf(json: AcquireJson['records'][number]): AcquiredRecord {
  const { receipt, deliveryCount, lockedUntil, topic, partition } = json
  return { ...recordOfJson(json), receipt, deliveryCount, lockedUntil, topic, partition }
}

interface Post {
  readonly path: string
  readonly json: object
  readonly waitMs: number
  readonly signal: AbortSignal | undefined
}

interface Posted<Answer> {
  readonly answer: Answer
  /** An attempt before the one that was answered may have been carried out. */
  readonly isRepeat: boolean
  /** The one that was answered. */
  readonly sentAtMs: number
}

async function post<Answer>(
  connection: Connection,
  read: (response: Response) => Promise<Answer>,
  { path, json, waitMs, signal }: Post,
): Promise<Posted<Answer>> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const body = JSON.stringify(json)
  const request = { method: 'POST', path, headers, body, waitMs, signal } as const
  const deadlineMs = performance.now() + connection.retryForMs
  let isRepeat = false
  let sentAtMs = performance.now()
  const answer = await withRetries({ deadlineMs, isIdempotent: true, signal }, async () => {
    sentAtMs = performance.now()
    try {
      return await attempt(connection, request, read)
    } catch (error) {
      isRepeat ||= mayHaveBeenDone(error)
      throw error
    }
  })
  return { answer, isRepeat, sentAtMs }
}

/** What the server refused was not; an abort may have come too late. */
export function mayHaveBeenDone(error: unknown): boolean {
  return !(error instanceof MillraceError) || error.appended !== false
}
