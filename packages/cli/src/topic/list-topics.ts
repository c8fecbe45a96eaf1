import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { formatCount } from '../quantity.ts'

export async function listTopics(
  invocation: Invocation,
  { prefix, internal }: { readonly prefix?: string; readonly internal?: true },
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const rows = []
    const filter = prefix === undefined ? {} : { prefix }
    for await (const topic of client.topics.list({ ...filter, signal })) {
      if (internal === true || !topic.internal) rows.push(topic)
    }
    if (rows.length === 0) output.note('No topics. To make one: millrace topic create TOPIC')
    await output.list(rows, [
      { title: 'topic', of: (row) => row.name },
      { title: 'partitions', of: (row) => formatCount(row.partitions), align: 'right' },
      { title: 'id', of: (row) => row.id },
    ])
  })
}
