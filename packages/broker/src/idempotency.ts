import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { estimateRecordSize } from '@millrace/model/batch-split'
import type { Idempotency } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE } from '@millrace/model/record-batch'
import type { AppendDerived, ChangeOutcome } from '@millrace/storage/change'
import { readBatches } from '@millrace/storage/log-records'
import type { Storage } from '@millrace/storage/storage'
import type { BrokerLogger } from './logger.ts'
import {
  type AnswerShape,
  answerSize,
  decodeAnswer,
  encodeAnswer,
  HASH_SIZE_MAX,
  type RememberedAnswer,
} from './idempotency-record.ts'
import type { ProducedAnswer } from './produced-answer.ts'

/** What one request is recognized by. */
export interface RequestIdentity {
  readonly name: string
  readonly bodyHash: Uint8Array
}

/**
 * Answers to requests with an idempotency key: records of `__produce`, each in the same append as what it
 * speaks of. In memory is only where each is.
 */
export class IdempotencyKeys {
  readonly #storage: Storage
  readonly #log: Log
  readonly #clock: Clock
  readonly #windowMs: number
  /** Oldest first. */
  readonly #offsets = new Map<string, Offset>()
  readonly #underWay = new Map<string, { bodyHash: Uint8Array; done: Promise<unknown> }>()

  /** Reads the keys that still count. Those in a damaged range are not known any more; the log tells of it. */
  static async open(
    storage: Storage,
    log: Log,
    clock: Clock,
    options: { readonly windowMs: number; readonly logger: BrokerLogger },
  ): Promise<IdempotencyKeys> {
    const { logger, windowMs } = options
    const keys = new IdempotencyKeys(storage, log, clock, windowMs)
    let from: Offset | undefined = await keys.#oldestThatCounts()
    while (from !== undefined) {
      const damage = await keys.#read(from)
      if (damage !== undefined) logger.warn({ err: damage }, 'idempotency keys lost')
      from = damage?.fields.nextReadableOffset
    }
    return keys
  }

  private constructor(storage: Storage, log: Log, clock: Clock, windowMs: number) {
    this.#storage = storage
    this.#log = log
    this.#clock = clock
    this.#windowMs = windowMs
  }

  /**
   * The answer of the first request of this identity, or of `produce`, which appends the change it is given
   * last. While the first is under way, others wait for it. IDEMPOTENCY_KEY_REUSED for another body.
   */
  async once(
    identity: RequestIdentity,
    produce: () => Promise<{
      readonly answer: ProducedAnswer
      /** A request without that key had appended it. */
      readonly duplicate: boolean
      readonly at: Offset
    }>,
  ): Promise<{ readonly answer: ProducedAnswer; readonly duplicate: boolean }> {
    const { name, bodyHash } = identity
    for (;;) {
      const first = this.#underWay.get(name)
      if (first !== undefined) {
        expectSameBody(identity, first.bodyHash)
        await first.done
        continue
      }
      const offset = this.#offsets.get(name)
      if (offset === undefined) break
      const remembered = await this.#recall(offset)
      if (remembered !== undefined) {
        expectSameBody(identity, remembered.bodyHash)
        return { answer: remembered.answer, duplicate: true }
      }
      // Too old. It may have been produced again while the record was read.
      if (this.#offsets.get(name) === offset) this.#offsets.delete(name)
    }
    const { promise: done, resolve } = Promise.withResolvers<void>()
    this.#underWay.set(name, { bodyHash, done })
    try {
      const { answer, duplicate, at } = await produce()
      this.#remember(name, at)
      return { answer, duplicate }
    } finally {
      this.#underWay.delete(name)
      resolve()
    }
  }

  /** The record that remembers, to be appended after what it is the answer to. */
  recordOf(
    identity: RequestIdentity,
    answerTo: AnswerShape & {
      readonly from: (outcomes: readonly ChangeOutcome[]) => ProducedAnswer
    },
  ): AppendDerived {
    const { name, bodyHash } = identity
    const key = Buffer.from(name, 'latin1')
    const timestamp = this.#clock.nowMs()
    const value = new Uint8Array(answerSize(answerTo, bodyHash))
    const sizeMax = estimateRecordSize({ key, value, headers: [], timestamp })
    return {
      kind: 'derived',
      log: this.#log.id,
      maxBytes: BATCH_HEADER_SIZE + sizeMax,
      build: (outcomes) => {
        const answer = answerTo.from(outcomes)
        const record = { key, value: encodeAnswer({ bodyHash, answer }), headers: [], timestamp }
        return encodeBatch({ records: [record] })
      },
    }
  }

  /** Lets go of what does not count any more, in memory and on disk. */
  async forgetOld(): Promise<void> {
    const oldest = await this.#oldestThatCounts()
    for (const [name, offset] of this.#offsets) {
      if (offset >= oldest) break
      this.#offsets.delete(name)
    }
    const log = this.#log
    await this.#storage.expire(log, { retentionMs: this.#windowMs, retentionBytes: -1 })
    const logStartOffset = (log.highWatermark - KEYS_MAX) as Offset
    // Only whole segments can be deleted: to raise the log start by a few records would gain nothing.
    if (logStartOffset - log.logStartOffset < TRIMMED_RECORDS) return
    await this.#storage.append([{ kind: 'logStart', log: log.id, logStartOffset }])
  }

  /** Answers with the damage that it met. */
  async #read(from: Offset): Promise<LogError | undefined> {
    try {
      for await (const { records } of readBatches(this.#log, {
        from,
        to: this.#log.highWatermark,
      })) {
        for (const { key, offset } of records) {
          if (offset >= from) this.#remember(Buffer.from(key ?? []).toString('latin1'), offset)
        }
      }
      return undefined
    } catch (error) {
      if (isDamage(error)) return error
      throw error
    }
  }

  #remember(name: string, offset: Offset): void {
    this.#offsets.delete(name)
    this.#offsets.set(name, offset)
    if (this.#offsets.size <= KEYS_MAX) return
    const [oldest] = this.#offsets.keys()
    if (oldest !== undefined) this.#offsets.delete(oldest)
  }

  /** Undefined: it does not count any more. */
  async #recall(offset: Offset): Promise<RememberedAnswer | undefined> {
    if (offset < this.#log.logStartOffset) return undefined
    const range = { from: offset, to: (offset + 1) as Offset }
    for await (const { records } of readBatches(this.#log, range)) {
      const record = records.find((each) => each.offset === offset)
      if (record === undefined || record.value === null) continue
      if (record.timestamp < this.#clock.nowMs() - this.#windowMs) return undefined
      return decodeAnswer(record.value)
    }
    return undefined
  }

  async #oldestThatCounts(): Promise<Offset> {
    const { highWatermark, logStartOffset } = this.#log
    const inNumber = highWatermark - KEYS_MAX
    return Math.max(await this.#oldestInTime(), inNumber, logStartOffset) as Offset
  }

  async #oldestInTime(): Promise<Offset> {
    const { highWatermark, logStartOffset } = this.#log
    try {
      const found = await this.#log.offsetForTimestamp(this.#clock.nowMs() - this.#windowMs)
      return found ?? highWatermark
    } catch (error) {
      if (isDamage(error)) return logStartOffset
      throw error
    }
  }
}

/** INVALID_REQUEST for a key that is none. */
export function identityOf(topicId: string, given: Idempotency): RequestIdentity {
  if (!KEY_PATTERN.test(given.key) || given.bodyHash.length > HASH_SIZE_MAX) {
    throw new LogError(
      'INVALID_REQUEST',
      'An Idempotency-Key has 1 to 128 of A-Z a-z 0-9 . _ ~ - and comes with a hash of the body.',
    )
  }
  return { name: `${topicId} ${given.chunk} ${given.key}`, bodyHash: given.bodyHash }
}

/** The newest count. */
const KEYS_MAX = 100_000
const TRIMMED_RECORDS = 10_000
const KEY_PATTERN = /^[A-Za-z0-9._~-]{1,128}$/

function isDamage(error: unknown): error is LogError {
  return error instanceof LogError && error.code === 'CORRUPT_SEGMENT'
}

function expectSameBody({ bodyHash }: RequestIdentity, first: Uint8Array): void {
  if (Buffer.compare(bodyHash, first) === 0) return
  throw new LogError(
    'IDEMPOTENCY_KEY_REUSED',
    'An earlier request with this key had another body. Use a new key for each request.',
    { appended: false },
  )
}
