import type { Log, LogRead } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { recordsFrom } from '@millrace/model/read-records'
import type { LogRecord } from '@millrace/model/record'

/** Some records of a log, in their order. */
export interface RecordChunk {
  readonly log: Log
  readonly from: Offset
  /** Where to go on: between its records and there is none. */
  readonly nextOffset: Offset
  readonly records: readonly LogRecord[]
  /** In memory, about: they may have been compressed. */
  readonly bytes: number
}

/**
 * Records that were read lately. What is looked at for its key is handed out soon after, but not all at once, and what
 * a key held up comes after it: nothing is decoded for each of them again.
 */
export class RecordChunks {
  readonly #maxBytes: number
  /** The one used last at the end. */
  #chunks: RecordChunk[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** From `offset` on, at least one batch; none at the end. CORRUPT_SEGMENT with `nextReadableOffset`. */
  async read(log: Log, offset: Offset): Promise<RecordChunk> {
    const known = this.#find(log, offset)
    if (known !== undefined) return known
    const { records, nextOffset } = decode(
      await log.read(offset, { maxBytes: CHUNK_BYTES }),
      offset,
    )
    const chunk = { log, from: offset, nextOffset, records, bytes: bytesOf(records) }
    if (records.length > 0) this.#keep(chunk)
    return chunk
  }

  /** Undefined: there is none at that offset. As `read`. */
  async find(log: Log, offset: Offset): Promise<LogRecord | undefined> {
    return recordAt(await this.read(log, offset), offset)
  }

  /** The record, if it was read lately. */
  peek(log: Log, offset: Offset): LogRecord | undefined {
    const known = this.#find(log, offset)
    return known === undefined ? undefined : recordAt(known, offset)
  }

  #find(log: Log, offset: Offset): RecordChunk | undefined {
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const chunk = this.#chunks[at]
      if (chunk?.log !== log || offset < chunk.from || offset >= chunk.nextOffset) continue
      if (at < this.#chunks.length - 1) {
        this.#chunks.splice(at, 1)
        this.#chunks.push(chunk)
      }
      return chunk
    }
    return undefined
  }

  #keep(chunk: RecordChunk): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.bytes
    while (this.#chunks.length > 1) {
      if (this.#bytes <= this.#maxBytes && this.#chunks.length <= CHUNKS_MAX) return
      this.#bytes -= this.#chunks.shift()?.bytes ?? 0
    }
  }
}

const CHUNK_BYTES = 128 * 1024
/** They are looked through one by one. */
const CHUNKS_MAX = 256

/** Damage is told of once what is before it has been read. */
function decode({ pieces, nextOffset }: LogRead, from: Offset): Decoded {
  const records: LogRecord[] = []
  try {
    for (const record of recordsFrom(pieces, from)) records.push(record)
    return { records, nextOffset }
  } catch (error) {
    const damagedFrom = error instanceof LogError ? error.fields.damagedFrom : undefined
    if (records.length === 0 || damagedFrom === undefined) throw error
    return { records, nextOffset: damagedFrom }
  }
}

type Decoded = Pick<RecordChunk, 'records' | 'nextOffset'>

function bytesOf(records: readonly LogRecord[]): number {
  let bytes = records.length * RECORD_BYTES
  for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0)
  return bytes
}

/** Of a record, beside its key and value. */
const RECORD_BYTES = 400

function recordAt({ records }: RecordChunk, offset: Offset): LogRecord | undefined {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((records[middle]?.offset ?? offset) < offset) low = middle + 1
    else high = middle
  }
  const record = records[low]
  return record?.offset === offset ? record : undefined
}
