import type { Client, OffsetCommit } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'

export interface CommitOptions {
  readonly offset?: string
  readonly partition?: readonly number[]
  readonly metadata?: string
}

export interface OffsetsToCommit extends CommitOptions {
  readonly group: string
  readonly topic: string
  /** `partition:offset` */
  readonly positions: readonly string[]
}

export async function commitOffsets(
  invocation: Invocation,
  wanted: OffsetsToCommit,
): Promise<void> {
  const { output, signal } = invocation
  const { group, topic } = wanted
  const given = parsePositions(wanted)
  await withServer(invocation, { topic }, async (client) => {
    const places = given ?? (await placesEverywhere(client, wanted, signal))
    const note = wanted.metadata === undefined ? {} : { metadata: wanted.metadata }
    const commits: OffsetCommit[] = places.map((place) => ({ topic, ...place, ...note }))
    await client.offsets.commit(group, commits, { signal })
    await output.list(commits, [
      { title: 'topic', of: (row) => row.topic },
      { title: 'partition', of: (row) => String(row.partition), align: 'right' },
      { title: 'committed', of: (row) => String(row.offset), align: 'right' },
    ])
  })
}

interface Place {
  readonly partition: number
  readonly offset: number
}

/** Undefined: `--offset` says it. */
function parsePositions({ positions, offset }: OffsetsToCommit): readonly Place[] | undefined {
  if ((positions.length === 0) === (offset === undefined)) {
    throw new CommandFailure(EXIT.usage, {
      message: 'What is to be committed? Either positions or --offset.',
      next: 'As in: millrace offset commit billing orders 0:42, or: ... orders --offset latest',
    })
  }
  if (offset !== undefined) return undefined
  return positions.map((position) => {
    const [, partition, next] = /^(\d{1,10}):(\d{1,16})$/.exec(position) ?? []
    if (partition === undefined || next === undefined) {
      throw new CommandFailure(EXIT.usage, {
        message: `${position} is not a position.`,
        next: 'It is partition:offset, as in 0:42',
      })
    }
    return { partition: Number(partition), offset: Number(next) }
  })
}

async function placesEverywhere(
  client: Client,
  { topic, offset = '', partition }: OffsetsToCommit,
  signal: AbortSignal,
): Promise<readonly Place[]> {
  const { partitions } = await client.topics.describe(topic, { signal })
  return partitions
    .filter((state) => partition === undefined || partition.includes(state.partition))
    .map((state) => {
      if (offset === 'earliest') return { partition: state.partition, offset: state.logStartOffset }
      if (offset === 'latest') return { partition: state.partition, offset: state.highWatermark }
      if (/^\d{1,16}$/.test(offset)) return { partition: state.partition, offset: Number(offset) }
      throw new CommandFailure(EXIT.usage, {
        message: `--offset ${offset} is not an offset.`,
        next: 'It is earliest, latest or a number.',
      })
    })
}
