import type { Acquired } from '@millrace/model/share-group'
import { ByteBuilder } from './byte-builder.ts'
import { writeRecord } from './record-json-writer.ts'
import type { RecordViews } from './record-view.ts'

/** What was acquired, in JSON. */
export function acquiredAnswer(
  { records, acknowledged }: Acquired,
  views: RecordViews,
): Buffer | string {
  // Most acquires that only waited end so.
  if (records.length === 0) return JSON.stringify({ records, acknowledged })
  const builder = new ByteBuilder()
  let separator = '{"records":['
  for (const { receipt, deliveryCount, lockedUntil, topic, partition, record } of records) {
    builder.writeText(separator)
    separator = ','
    const leading =
      `"receipt":${JSON.stringify(receipt)},"deliveryCount":${deliveryCount},` +
      `"lockedUntil":${lockedUntil},"topic":${JSON.stringify(topic)},`
    writeRecord(builder, partition, record, views.of(topic), leading)
  }
  builder.writeText(`],"acknowledged":${JSON.stringify(acknowledged)}}`)
  return builder.take()
}
