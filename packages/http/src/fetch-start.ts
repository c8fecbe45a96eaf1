import type { PartitionFetchQuery } from '@millrace/http-api/fetch'
import type { Broker, OffsetSpec } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { parsePosition, type StreamPosition } from './position.ts'
import { parseTimestamp } from './timestamp.ts'

/** Where a reader wants to begin: an offset, what an offset is found by, or a position. */
export type FetchStart =
  | { readonly by: 'offset'; readonly offset: Offset }
  | { readonly by: 'spec'; readonly spec: OffsetSpec }
  | { readonly by: 'position'; readonly position: StreamPosition }

type StartQuery = Pick<PartitionFetchQuery, 'offset' | 'timestamp' | 'last' | 'after'>

/** A position outranks the rest: a browser repeats its address, and adds where it was. */
export function fetchStart(query: StartQuery, lastEventId: string | undefined): FetchStart {
  const { offset, timestamp, last, after } = query
  const given = [offset, timestamp, last].filter((one) => one !== undefined)
  if (given.length > 1) {
    throw new LogError('INVALID_REQUEST', 'offset, timestamp and last: say one of them.')
  }
  const position = lastEventId ?? after
  if (position !== undefined) return { by: 'position', position: parsePosition(position) }
  if (timestamp !== undefined) {
    return { by: 'spec', spec: { at: 'timestamp', timestamp: parseTimestamp(timestamp) } }
  }
  if (last !== undefined) return { by: 'spec', spec: { at: 'last', count: last } }
  if (typeof offset === 'number') return { by: 'offset', offset }
  return { by: 'spec', spec: { at: offset ?? 'earliest' } }
}

/** The offset at which reading `partition` begins. OFFSET_OUT_OF_RANGE when the log does not hold it. */
export async function startOffset(
  broker: Broker,
  topic: string,
  partition: number,
  start: FetchStart,
): Promise<Offset> {
  switch (start.by) {
    case 'spec':
      return broker.findOffset(topic, partition, start.spec)
    case 'offset':
      return expectInRange(broker, topic, partition, start.offset)
    case 'position': {
      const offset = start.position.get(partition)
      if (offset !== undefined) return expectInRange(broker, topic, partition, offset)
      return broker.findOffset(topic, partition, { at: 'earliest' })
    }
  }
}

function expectInRange(broker: Broker, topic: string, partition: number, offset: Offset): Offset {
  const { logStartOffset, highWatermark, logEndOffset } = broker.partitionState(topic, partition)
  if (offset >= logStartOffset && offset <= logEndOffset) return offset
  throw new LogError(
    'OFFSET_OUT_OF_RANGE',
    `${topic}-${partition} holds offsets ${logStartOffset} to ${logEndOffset}; ${offset} is not among them. Begin at one of them, or at earliest or latest.`,
    { logStartOffset, highWatermark, logEndOffset },
  )
}
