import type { FetchedBatches } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import { ByteBuilder } from './byte-builder.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RecordView } from './record-json-writer.ts'
import { RecordsJson } from './records-json.ts'

export interface JsonFetch {
  readonly partition: number
  readonly offset: Offset
  /** How many records to read. */
  readonly maxRecords: number
  readonly filter: RecordFilter
  readonly view: RecordView
}

/** Fetched batches as a JSON answer. `nextOffset` is where to go on, whatever was filtered out. */
export function fetchAnswer(fetched: FetchedBatches, fetch: JsonFetch): Buffer {
  const builder = new ByteBuilder()
  builder.writeText('{"records":[')
  const nextOffset = new RecordsJson(builder, fetch.maxRecords).write(fetched, fetch)
  const { logStartOffset, highWatermark } = fetched
  builder.writeText(
    `],"nextOffset":${nextOffset},"logStartOffset":${logStartOffset},"highWatermark":${highWatermark}}`,
  )
  return builder.take()
}
