import type { Connection } from './connection.ts'
import type { CallOptions } from './http.ts'
import { MillraceError } from './millrace-error.ts'
import type { ShareRecord } from './share-record.ts'
import { type ShareHandler, ShareRun } from './share-run.ts'

export interface ShareConsumerOptions extends CallOptions {
  /** Its name in the group, for who looks. Made up unless told otherwise. */
  readonly consumer?: string
  /** How many handlers run at once, at most. 10 unless told otherwise. */
  readonly concurrency?: number
  /** Of one call; what is acquired and not begun yet waits here. As many as `concurrency`, unless told otherwise. */
  readonly maxRecords?: number
  /** Of one call, in bytes. 1 MiB unless told otherwise. */
  readonly maxBytes?: number
  /** How long a call waits for records. 30,000 unless told otherwise, and a third of the lock at the most. */
  readonly waitMs?: number
  /** False ends the run when there is nothing to be had. True unless told otherwise. */
  readonly follow?: boolean
  /** How long an acknowledgement waits for others to go with it. 5 unless told otherwise. */
  readonly lingerMs?: number
  /** How long handlers have to end when it is closed, and acknowledgements to arrive. 30,000 unless told otherwise. */
  readonly closeTimeoutMs?: number
  /** Told what a handler threw. Its record is released, and comes again. */
  readonly onError?: (error: unknown, record: ShareRecord) => void
  /**
   * Told of a record that a handler had begun when its lock was lost: nothing that is said of it counts, it comes
   * again, here or elsewhere.
   */
  readonly onExpired?: (record: ShareRecord) => void
}

/**
 * One of those who share the records of a group. A handler that ends has done with its record; one that throws gives it
 * back, to come again after the delay that the group is set to.
 *
 *     await consumer.run(async (record) => {
 *       if (isNonsense(record)) record.reject('it is nonsense')
 *       else await handle(record)
 *     })
 *
 * Handlers run side by side, those of one key one after the other, in their order. Locks are renewed meanwhile.
 */
export class ShareConsumer implements AsyncDisposable {
  readonly group: string
  /** Its name in the group. */
  readonly consumer: string
  readonly #connection: Connection
  readonly #options: ShareConsumerOptions
  #running: { readonly run: ShareRun; readonly ended: Promise<void> } | undefined
  #isClosed = false

  constructor(connection: Connection, group: string, options: ShareConsumerOptions = {}) {
    const { consumer = crypto.randomUUID(), concurrency = CONCURRENCY } = options
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new TypeError('One handler or more run at once.')
    }
    this.group = group
    this.consumer = consumer
    this.#connection = connection
    this.#options = options
  }

  /**
   * Resolves when it is closed, or, without `follow`, when there was nothing to be had; rejects when the server cannot
   * be reached for too long, or refuses. However it ends, what was not begun is given back before.
   */
  async run(handler: ShareHandler): Promise<void> {
    const { signal } = this.#options
    signal?.throwIfAborted()
    if (this.#isClosed) throw new MillraceError('CLOSED', `Nothing more is read of ${this.group}.`)
    if (this.#running !== undefined) throw new TypeError('It runs already.')
    const run = new ShareRun(this.#connection, this.#settings(), handler)
    const ended = run.run()
    const stop = () => run.stop()
    this.#running = { run, ended }
    signal?.addEventListener('abort', stop)
    try {
      await ended
    } finally {
      this.#running = undefined
      signal?.removeEventListener('abort', stop)
      signal?.throwIfAborted()
    }
  }

  /**
   * Acquires no more, gives back what was not begun, waits for the handlers under way, and has everything acknowledged.
   * What went wrong is for `run` to tell. Not to be awaited by a handler, which it would wait for.
   */
  async close({ signal }: CallOptions = {}): Promise<void> {
    this.#isClosed = true
    const running = this.#running
    if (running === undefined) return
    running.run.stop(signal)
    await running.ended.catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #settings(): ConstructorParameters<typeof ShareRun>[1] {
    const { concurrency = CONCURRENCY, onError, onExpired } = this.#options
    return {
      group: this.group,
      consumer: this.consumer,
      follow: this.#options.follow ?? true,
      concurrency,
      maxRecords: Math.min(this.#options.maxRecords ?? concurrency, RECORDS_MAX),
      maxBytes: this.#options.maxBytes ?? MAX_BYTES,
      waitMs: this.#options.waitMs ?? WAIT_MS,
      lingerMs: this.#options.lingerMs ?? LINGER_MS,
      closeTimeoutMs: this.#options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS,
      onError,
      onExpired,
    }
  }
}

const CONCURRENCY = 10
/** The most that the server gives at once. */
const RECORDS_MAX = 1_000
const MAX_BYTES = 1024 * 1024
const WAIT_MS = 30_000
const LINGER_MS = 5
const CLOSE_TIMEOUT_MS = 30_000
