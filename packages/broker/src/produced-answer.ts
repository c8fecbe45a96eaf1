import assert from 'node:assert/strict'
import type {
  DeadLetterCount,
  OffsetRange,
  ProducedLetter,
  ProducedRecords,
} from '@millrace/model/broker'
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
  readonly letters: Letters | undefined
}

/** Records that did not fit the schema of their topic. */
export interface Letters {
  /** The dead-letter topic of those of `ranges` that are not of the topic: by their place. */
  readonly topics: ReadonlyMap<number, string>
  /** Why, one a letter, in the order of the request. */
  readonly reasons: readonly string[]
}

/** One a record, in the order of the request: in its range, each takes the next offset. */
export function recordsOf({
  ranges,
  routes,
  letters,
}: ProducedAnswer): Omit<ProducedRecords, 'duplicate'> {
  if (routes === undefined && letters === undefined) return { records: ranges.flatMap(allOf) }
  const taken = new Uint32Array(ranges.length)
  const records: ProducedRecords['records'][number][] = []
  const produced = new Map<number, ProducedLetter>()
  for (const route of routes ?? alwaysFirst(ranges)) {
    const range = ranges[route]
    const count = taken[route]
    assert(range !== undefined && count !== undefined)
    const topic = letters?.topics.get(route)
    if (topic !== undefined) {
      produced.set(records.length, { topic, reason: letters?.reasons[produced.size] ?? '' })
    }
    records.push({ partition: range.partition, offset: advance(range.baseOffset, count) })
    taken[route] = count + 1
  }
  return letters === undefined ? { records } : { records, letters: produced }
}

/** How many letters each dead-letter topic got. */
export function letterCounts(
  { ranges }: Pick<ProducedAnswer, 'ranges'>,
  { topics }: Pick<Letters, 'topics'>,
): readonly DeadLetterCount[] {
  const counts = new Map<string, number>()
  for (const [place, topic] of topics) {
    const range = ranges[place]
    assert(range !== undefined)
    const records = range.lastOffset - range.baseOffset + 1
    counts.set(topic, (counts.get(topic) ?? 0) + records)
  }
  return [...counts].map(([topic, records]) => ({ topic, records }))
}

function allOf({ partition, baseOffset, lastOffset }: OffsetRange): ProducedRecords['records'] {
  return Array.from({ length: lastOffset - baseOffset + 1 }, (_, index) => ({
    partition,
    offset: advance(baseOffset, index),
  }))
}

function alwaysFirst([only]: readonly OffsetRange[]): Uint16Array {
  return new Uint16Array(only === undefined ? 0 : only.lastOffset - only.baseOffset + 1)
}
