import type { FetchedBatches } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { ByteBuilder } from './byte-builder.ts'
import { recordsFrom } from './fetched-records.ts'
import type { RecordFilter } from './record-filter.ts'
import { type RecordFormat, writeRecord } from './record-json-writer.ts'

export interface JsonFetch {
  readonly partition: number
  readonly offset: Offset
  /** How many records to read. */
  readonly maxRecords: number
  readonly filter: RecordFilter
  readonly format: RecordFormat
}

/** Fetched batches as a JSON answer. `nextOffset` is where to go on, whatever was filtered out. */
export function fetchAnswer(fetched: FetchedBatches, fetch: JsonFetch): Buffer {
  const builder = new ByteBuilder()
  builder.writeText('{"records":[')
  const nextOffset = writeRecords(builder, fetched, fetch)
  const { logStartOffset, highWatermark } = fetched
  builder.writeText(
    `],"nextOffset":${nextOffset},"logStartOffset":${logStartOffset},"highWatermark":${highWatermark}}`,
  )
  return builder.take()
}

/** Answers with where to go on. Damage is told of once what is before it has been read. */
function writeRecords(builder: ByteBuilder, fetched: FetchedBatches, fetch: JsonFetch): Offset {
  const { partition, format, filter, maxRecords } = fetch
  const empty = builder.length
  let read = 0
  try {
    for (const record of recordsFrom(fetched.pieces, fetch.offset)) {
      if (read === maxRecords || builder.length > ANSWER_MAX_BYTES) return record.offset
      read++
      if (filter !== undefined && !filter(record)) continue
      if (builder.length > empty) builder.writeText(',')
      writeRecord(builder, partition, record, format)
    }
  } catch (error) {
    const damagedFrom = error instanceof LogError ? error.fields.damagedFrom : undefined
    if (read === 0 || damagedFrom === undefined) throw error
    return damagedFrom
  }
  return fetched.nextOffset
}

/** Few stored bytes can decompress to many: the answer ends early then, and says where to go on. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024
