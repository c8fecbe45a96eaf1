import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { formatCount } from '../quantity.ts'
import { formatDuration, formatTime } from '../time.ts'

export async function listGroups(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const rows = []
    for await (const group of client.groups.list({ signal })) rows.push(group)
    if (rows.length === 0) output.note('No group has committed anything yet.')
    await output.list(rows, [
      { title: 'group', of: (row) => row.group },
      { title: 'state', of: (row) => row.state },
    ])
  })
}

export async function listOffsets(
  invocation: Invocation,
  group: string,
  { topic }: { readonly topic?: string },
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, topic === undefined ? {} : { topic }, async (client) => {
    // It tells an unknown group from one that committed nothing in this topic.
    const { offsets } = await client.groups.describe(group, { signal })
    const rows = offsets.filter((row) => topic === undefined || row.topic === topic)
    if (rows.length === 0)
      output.note(`${group} has committed nothing${topic === undefined ? '' : ` in ${topic}`}.`)
    await output.list(rows, [
      { title: 'topic', of: (row) => row.topic },
      { title: 'partition', of: (row) => String(row.partition), align: 'right' },
      { title: 'committed', of: (row) => String(row.offset), align: 'right' },
      { title: 'high watermark', of: (row) => String(row.highWatermark), align: 'right' },
      { title: 'lag', of: (row) => formatCount(row.lag), align: 'right' },
      {
        title: 'behind',
        of: (row) => (row.lag === 0 ? '' : formatDuration(row.lagMs)),
        align: 'right',
      },
      { title: 'committed at', of: (row) => formatTime(row.committedAt) },
      { title: 'metadata', of: (row) => row.metadata },
    ])
  })
}
