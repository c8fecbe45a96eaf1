import { LogError } from '@millrace/model/log-error'

export type StorageState =
  | { readonly kind: 'ready' }
  /** Appends to logs that are not internal are refused (STORAGE_FULL) until there is room again. */
  | { readonly kind: 'full'; readonly reason: string }
  /** A sync or a journal write failed: reads go on, nothing more is written until the next start. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopping' }

/**
 * Whether this life may still write. After a failed sync the kernel may drop the pages and report success the
 * next time, so a failure is for good: nothing is acknowledged after it until the next start.
 */
export class Health {
  /** Resolves when writing failed. Otherwise never. */
  readonly failed: Promise<LogError>
  readonly #resolveFailed: (error: LogError) => void
  #failure: LogError | undefined

  constructor() {
    const { promise, resolve } = Promise.withResolvers<LogError>()
    this.failed = promise
    this.#resolveFailed = resolve
  }

  get failure(): LogError | undefined {
    return this.#failure
  }

  /** Ends writing; the first cause stays. Answers with the error that callers are to get. */
  fail(cause: unknown): LogError {
    if (this.#failure !== undefined) return this.#failure
    const reason = cause instanceof Error ? cause.message : String(cause)
    const detail = `${reason}. Look at the disk, then restart: recovery keeps what was acknowledged.`
    this.#failure = new LogError('STORAGE_FAILED', detail, { appended: false, cause })
    this.#resolveFailed(this.#failure)
    return this.#failure
  }

  /** Throws once writing has failed. */
  expectWriting(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

export function isDiskFull(error: unknown): boolean {
  return hasCode(error, DISK_FULL)
}

/** No room on the disk, or no file handle: it may pass, and the same write may be repeated. */
export function isNoRoom(error: unknown): boolean {
  return hasCode(error, NO_ROOM)
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

const DISK_FULL = ['ENOSPC', 'EDQUOT']
const NO_ROOM = [...DISK_FULL, 'EMFILE', 'ENFILE']
