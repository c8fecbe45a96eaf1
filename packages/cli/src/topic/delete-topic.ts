import type { TopicDescription } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted, formatBytes } from '../quantity.ts'

export interface TrimOptions {
  readonly partition: number
  readonly before: number
  readonly yes?: true
}

export async function deleteTopic(
  invocation: Invocation,
  topic: string,
  { yes }: { readonly yes?: true },
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, { topic }, async (client) => {
    const described = await client.topics.describe(topic, { signal })
    const size = sizeOf(described)
    if (yes === true) await client.topics.delete(topic, { signal })
    const answer = { topic, deleted: yes === true, ...size }
    await output.one(answer, () => {
      const what = `${topic}: ${counted(described.partitions.length, 'partition')}, ${counted(size.records, 'record')}, ${formatBytes(size.bytes)}`
      return yes === true
        ? `Deleted ${what}.\n`
        : `Would delete ${what}, and what groups committed there. To do it, add --yes\n`
    })
  })
}

export async function trimPartition(
  invocation: Invocation,
  topic: string,
  { partition, before, yes }: TrimOptions,
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, { topic }, async (client) => {
    const { partitions } = await client.topics.describe(topic, { signal })
    const state = partitions[partition]
    if (state === undefined) throw noSuchPartition(topic, partition, partitions.length)
    const from = state.logStartOffset
    const to =
      yes === true
        ? await client.topics.trim(topic, partition, before, { signal })
        : Math.max(from, Math.min(before, state.highWatermark))
    await output.one({ topic, partition, trimmed: yes === true, from, to }, () => {
      if (to === from) return `Nothing lies before offset ${before}: the log starts at ${from}.\n`
      const what = `offsets ${from} to ${to - 1} of partition ${partition}`
      return yes === true
        ? `Let go of ${what}; the log starts at ${to} now.\n`
        : `Would let go of ${what}. To do it, add --yes\n`
    })
  })
}

function sizeOf({ partitions }: TopicDescription): { records: number; bytes: number } {
  let records = 0
  let bytes = 0
  for (const partition of partitions) {
    records += partition.highWatermark - partition.logStartOffset
    bytes += partition.bytes
  }
  return { records, bytes }
}

function noSuchPartition(topic: string, partition: number, partitions: number): CommandFailure {
  return new CommandFailure(EXIT.notFound, {
    message: `${topic} has no partition ${partition}.`,
    next: `It has ${counted(partitions, 'partition')}, from 0 to ${partitions - 1}.`,
  })
}
