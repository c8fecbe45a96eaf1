import type { FetchedBatches } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { recordsFrom } from '@millrace/model/read-records'
import type { ByteBuilder } from './byte-builder.ts'
import type { RecordFilter } from './record-filter.ts'
import { type RecordView, writeRecord } from './record-json-writer.ts'

export interface RecordsToWrite {
  /** Told with each record, where there are several. */
  readonly topic?: string
  readonly partition: number
  readonly offset: Offset
  readonly filter?: RecordFilter
  readonly view: RecordView
}

/** The records of one answer, as the items of a JSON array. */
export class RecordsJson {
  readonly #builder: ByteBuilder
  readonly #maxRecords: number
  readonly #emptyLength: number
  #read = 0

  constructor(builder: ByteBuilder, maxRecords: number) {
    this.#builder = builder
    this.#maxRecords = maxRecords
    this.#emptyLength = builder.length
  }

  get isFull(): boolean {
    return this.#read >= this.#maxRecords || this.#builder.length > ANSWER_MAX_BYTES
  }

  /**
   * Answers with where to go on, whatever was filtered out. Damage (CORRUPT_SEGMENT) is told of once what is before it
   * has been read.
   */
  write(
    fetched: FetchedBatches,
    { topic, partition, offset, filter, view }: RecordsToWrite,
  ): Offset {
    const leading = topic === undefined ? '' : `"topic":${JSON.stringify(topic)},`
    try {
      for (const record of recordsFrom(fetched.pieces, offset)) {
        if (this.isFull) return record.offset
        this.#read++
        if (filter !== undefined && !filter(record)) continue
        if (this.#builder.length > this.#emptyLength) this.#builder.writeText(',')
        writeRecord(this.#builder, partition, record, view, leading)
      }
    } catch (error) {
      const damagedFrom = error instanceof LogError ? error.fields.damagedFrom : undefined
      if (this.#read === 0 || damagedFrom === undefined) throw error
      return Math.max(offset, damagedFrom) as Offset
    }
    return fetched.nextOffset
  }
}

/** Few stored bytes can decompress to many: the answer ends early then, and says where to go on. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024
