import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'

export async function listShareGroups(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const rows = []
    for await (const group of client.shareGroups.list({ signal })) rows.push(group)
    if (rows.length === 0) {
      output.note('No share groups. To make one: millrace share create GROUP TOPIC')
    }
    await output.list(rows, [
      { title: 'share group', of: (row) => row.group },
      { title: 'ordering', of: (row) => row.ordering },
      { title: 'topics', of: (row) => row.topics.join(' ') },
    ])
  })
}
