import { LogError } from '@millrace/model/log-error'
import type { RecordContent } from '@millrace/model/record'
import type { Storage } from '@millrace/storage/storage'

/**
 * Counts what becomes of the records of one request: defaults and the headers of letters may make them far more than
 * was sent. What no append can have is refused before it is made.
 */
export class FittedBytes {
  readonly #max: number
  #bytes = 0

  constructor({ appendBytesMax }: Pick<Storage, 'appendBytesMax'>) {
    this.#max = appendBytesMax
  }

  /** BODY_TOO_LARGE. */
  add({ key, value, headers }: RecordContent): void {
    this.#bytes += (key?.length ?? 0) + (value?.length ?? 0)
    for (const header of headers) this.#bytes += header.name.length + (header.value?.length ?? 0)
    if (this.#bytes <= this.#max) return
    throw new LogError(
      'BODY_TOO_LARGE',
      `With what their schemas add, or as dead letters, its records have more than the ${this.#max} bytes of one append.`,
      { appended: false },
    )
  }
}
