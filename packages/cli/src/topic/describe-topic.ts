import type { TopicConfig, TopicDescription } from '@millrace/client'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { formatBytes, formatCount } from '../quantity.ts'
import { renderPairs, renderTable } from '../table.ts'
import { formatDuration } from '../time.ts'

export async function describeTopic(invocation: Invocation, topic: string): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, { topic }, async (client) => {
    const description = await client.topics.describe(topic, { signal })
    await output.one(description, () => describe(description))
  })
}

export function describe({ name, id, config, partitions }: TopicDescription): string {
  const settings = Object.entries(config).map(([setting, value]): [string, string] => [
    setting,
    inUnits(setting, value),
  ])
  const table = renderTable(partitions, [
    { title: 'partition', of: (row) => String(row.partition), align: 'right' },
    { title: 'log start', of: (row) => String(row.logStartOffset), align: 'right' },
    { title: 'high watermark', of: (row) => String(row.highWatermark), align: 'right' },
    { title: 'log end', of: (row) => String(row.logEndOffset), align: 'right' },
    { title: 'segments', of: (row) => formatCount(row.segments), align: 'right' },
    { title: 'size', of: (row) => formatBytes(row.bytes), align: 'right' },
  ])
  return `${renderPairs([['topic', name], ['id', id], ...settings])}\n${table}`
}

/** The value as it is set, and what that means to people. */
function inUnits(setting: string, value: TopicConfig[keyof TopicConfig]): string {
  if (value === null) return 'none'
  if (typeof value === 'object') {
    const { subject, onMisfit, deadLetterTopic } = value
    const target = deadLetterTopic === undefined ? '' : ` to ${deadLetterTopic}`
    return `${subject} (${onMisfit}${target})`
  }
  if (typeof value === 'string' || value <= 0) return String(value)
  if (setting.endsWith('Ms')) return `${value} (${formatDuration(value)})`
  return setting.endsWith('Bytes') ? `${value} (${formatBytes(value)})` : String(value)
}
