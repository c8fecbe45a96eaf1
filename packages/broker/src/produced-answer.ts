import assert from 'node:assert/strict'
import type { OffsetRange, ProducedRecords } from '@millrace/model/broker'
import { advance } from '@millrace/model/offset'

/** Where the records of one request went. */
export interface ProducedAnswer {
  /** At most one for each partition. */
  readonly ranges: readonly OffsetRange[]
  /**
   * For each record in the order of the request, the place in `ranges` of where it went. Undefined when one
   * range has them all, in order.
   */
  readonly routes: Uint16Array | undefined
}

/** One a record, in the order of the request: in its range, each takes the next offset. */
export function recordsOf({ ranges, routes }: ProducedAnswer): ProducedRecords['records'] {
  if (routes === undefined) return ranges.flatMap(allOf)
  const taken = new Uint32Array(ranges.length)
  const records: { partition: number; offset: OffsetRange['baseOffset'] }[] = []
  for (const route of routes) {
    const range = ranges[route]
    const count = taken[route]
    assert(range !== undefined && count !== undefined)
    records.push({ partition: range.partition, offset: advance(range.baseOffset, count) })
    taken[route] = count + 1
  }
  return records
}

function allOf({ partition, baseOffset, lastOffset }: OffsetRange): ProducedRecords['records'] {
  return Array.from({ length: lastOffset - baseOffset + 1 }, (_, index) => ({
    partition,
    offset: advance(baseOffset, index),
  }))
}
