import type { Broker } from '@millrace/model/broker'
import { advance, type Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import { recordsFrom } from '@millrace/model/read-records'
import { streamSteps, type StreamStep } from './record-stream.ts'
import type { StreamPlan } from './stream-plan.ts'

/** Where the records of a stream go. */
export interface RecordSink {
  /** Where the reader goes on after what was put: kept here, partition by partition. */
  readonly position: Map<number, Offset>
  /** Is it time to flush? */
  readonly isFull: boolean
  /** A record that is wanted; the position is past it already. */
  put(partition: number, record: LogRecord): void
  /** Passes on what was put; resolves when there is room for more. */
  flush(): Promise<void>
}

/** Streams what is planned into `sink`. Resolves at the end of it, or once `signal` has ended it. */
export async function streamRecords(
  broker: Broker,
  plan: StreamPlan,
  sink: RecordSink,
  signal: AbortSignal,
): Promise<void> {
  const { topic, partitions } = plan
  for (const { partition, offset } of partitions) sink.position.set(partition, offset)
  let recordsLeft = plan.maxRecords
  let bytesLeft = plan.maxBytes
  const request = { topic, partitions, maxBytes: () => Math.min(FETCH_BYTES, bytesLeft) }
  for await (const step of streamSteps(broker, request, signal)) {
    recordsLeft -= await putStep(plan, step, recordsLeft, sink)
    bytesLeft -= bytesOf(step)
    if (recordsLeft === 0) return
    sink.position.set(step.partition, step.fetched.nextOffset)
    if (bytesLeft <= 0 || signal.aborted) return
  }
}

/** Answers with how many records it read, of at most `recordsLeft`. */
async function putStep(
  plan: StreamPlan,
  { partition, offset, end, fetched }: StreamStep,
  recordsLeft: number,
  sink: RecordSink,
): Promise<number> {
  let read = 0
  for (const record of recordsFrom(fetched.pieces, offset)) {
    if (read === recordsLeft || (end !== undefined && record.offset >= end)) break
    read++
    sink.position.set(partition, advance(record.offset, 1))
    if (plan.filter !== undefined && !plan.filter(record)) continue
    sink.put(partition, record)
    if (sink.isFull) await sink.flush()
  }
  await sink.flush()
  return read
}

function bytesOf({ fetched }: StreamStep): number {
  return fetched.pieces.reduce((sum, piece) => sum + piece.length, 0)
}

/** Of one fetch: few calls, and little to hold. */
const FETCH_BYTES = 512 * 1024
