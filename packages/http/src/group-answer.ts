import type { GroupPoll } from '@millrace/model/consumer-group'
import type { Offset } from '@millrace/model/offset'
import { ByteBuilder } from './byte-builder.ts'
import type { RecordFormat } from './record-json-writer.ts'
import { RecordsJson } from './records-json.ts'

/** A poll's answer in JSON. Its cursor stands for the records that are in it, and no others. */
export function groupAnswer(
  poll: GroupPoll,
  { maxRecords, format }: { readonly maxRecords: number; readonly format: RecordFormat },
): Buffer {
  const builder = new ByteBuilder()
  builder.writeText('{"records":[')
  const records = new RecordsJson(builder, maxRecords)
  const nextOffsets: Offset[] = []
  for (const { topic, partition, offset, batches } of poll.fetched) {
    if (records.isFull) break
    nextOffsets.push(records.write(batches, { topic, partition, offset, format }))
  }
  const { memberId, memberEpoch, assignment, revoked, skipped, heartbeatIntervalMs } = poll
  const cursor = poll.cursorAt(nextOffsets)
  const rest = { cursor, memberId, memberEpoch, assignment, revoked, skipped, heartbeatIntervalMs }
  builder.writeText(`],${JSON.stringify(rest).slice(1)}`)
  return builder.take()
}
