import type { FetchAnswer } from '@millrace/http-api/records'
import type { PartitionState, TopicDescription } from '@millrace/http-api/topics'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { pathOf } from './http.ts'
import { MillraceError } from './millrace-error.ts'
import { createOffsets } from './offsets.ts'

/** Where to begin in a partition in which nothing is committed. */
export type ConsumerStart =
  | 'earliest'
  | 'latest'
  /** The first record at or after this time; milliseconds since the epoch, or RFC 3339. */
  | { readonly timestamp: number | string }
  /** The next offset to read, by partition; the others begin at the earliest. */
  | { readonly offsets: ReadonlyMap<number, number> }

export interface StartOptions {
  readonly topic: string
  readonly group: string | undefined
  readonly start: ConsumerStart
  readonly signal: AbortSignal
}

export interface StartOffsets {
  readonly offsets: ReadonlyMap<number, number>
  /** Those of them that the group has committed. */
  readonly committed: ReadonlyMap<number, number>
}

/** Where a reader begins in each of these partitions: where its group was, else where it was told to. */
export async function startOffsets(
  connection: Connection,
  partitions: readonly PartitionState[],
  { topic, group, start, signal }: StartOptions,
): Promise<StartOffsets> {
  const committed = await committedIn(connection, topic, group, signal)
  const offsets = new Map<number, number>()
  for (const state of partitions) {
    const { partition, logStartOffset, highWatermark } = state
    const offset = committed.get(partition)
    if (offset !== undefined) offsets.set(partition, offset)
    else if (start === 'earliest') offsets.set(partition, logStartOffset)
    else if (start === 'latest') offsets.set(partition, highWatermark)
    else if ('offsets' in start) {
      offsets.set(partition, start.offsets.get(partition) ?? logStartOffset)
    } else {
      const { timestamp } = start
      offsets.set(partition, await offsetAt(connection, { topic, partition, timestamp, signal }))
    }
  }
  return { offsets, committed }
}

/** Those that the reader wants; all, when it named none. */
export function wantedPartitions(
  { name, partitions }: TopicDescription,
  wanted: readonly number[] | undefined,
): readonly PartitionState[] {
  if (wanted === undefined) return partitions
  return wanted.map((index) => {
    const state = partitions.find(({ partition }) => partition === index)
    if (state === undefined) {
      throw new MillraceError('UNKNOWN_TOPIC_OR_PARTITION', `${name} has no partition ${index}.`)
    }
    return state
  })
}

async function committedIn(
  connection: Connection,
  topic: string,
  group: string | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  if (group === undefined) return new Map()
  const committed = await createOffsets(connection).read(group, { topic, signal })
  return new Map(committed.map(({ partition, offset }) => [partition, offset]))
}

async function offsetAt(
  connection: Connection,
  at: {
    readonly topic: string
    readonly partition: number
    readonly timestamp: number | string
    readonly signal: AbortSignal
  },
): Promise<number> {
  const { records, nextOffset } = await call<FetchAnswer>(connection, {
    method: 'GET',
    path: pathOf`/v1/topics/${at.topic}/partitions/${at.partition}/records`,
    query: { timestamp: at.timestamp, maxRecords: 1, format: 'base64' },
    isIdempotent: true,
    signal: at.signal,
  })
  return records[0]?.offset ?? nextOffset
}
