import type { GroupPoll } from '@millrace/model/consumer-group'
import type { Offset } from '@millrace/model/offset'
import { ByteBuilder } from './byte-builder.ts'
import type { RecordViews } from './record-view.ts'
import { RecordsJson } from './records-json.ts'

/** A poll's answer in JSON. Its cursor stands for the records that are in it, and no others. */
export function groupAnswer(
  poll: GroupPoll,
  { maxRecords, views }: { readonly maxRecords: number; readonly views: RecordViews },
): Buffer | string {
  // Most polls of an idle group end so.
  if (poll.fetched.length === 0) return JSON.stringify({ records: [], ...restOf(poll, []) })
  const builder = new ByteBuilder()
  builder.writeText('{"records":[')
  const records = new RecordsJson(builder, maxRecords)
  const nextOffsets: Offset[] = []
  for (const { topic, partition, offset, batches } of poll.fetched) {
    if (records.isFull) break
    nextOffsets.push(records.write(batches, { topic, partition, offset, view: views.of(topic) }))
  }
  builder.writeText(`],${JSON.stringify(restOf(poll, nextOffsets)).slice(1)}`)
  return builder.take()
}

/** All but the records. */
function restOf(poll: GroupPoll, nextOffsets: readonly Offset[]) {
  const { memberId, memberEpoch, assignment, revoked, skipped, heartbeatIntervalMs } = poll
  const cursor = poll.cursorAt(nextOffsets)
  return { cursor, memberId, memberEpoch, assignment, revoked, skipped, heartbeatIntervalMs }
}
