import type { Log } from '@millrace/log/log'
import type { OffsetSpec } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'

/** The offset that is meant, within what can be read. */
export async function findOffset(log: Log, spec: OffsetSpec): Promise<Offset> {
  switch (spec.at) {
    case 'earliest':
      return log.logStartOffset
    case 'latest':
      return log.highWatermark
    case 'timestamp':
      return (await log.offsetForTimestamp(spec.timestamp)) ?? log.highWatermark
    case 'last':
      return withinLog(log, log.highWatermark - spec.count)
  }
}

/** The nearest offset that a reader may start at. */
export function withinLog(log: Log, offset: number): Offset {
  return Math.min(Math.max(offset, log.logStartOffset), log.highWatermark) as Offset
}
