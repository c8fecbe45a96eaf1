import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'

export async function listGroups(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const rows = []
    for await (const group of client.groups.list({ signal })) rows.push(group)
    if (rows.length === 0) {
      output.note('No groups. To read as a member of one: millrace consume TOPIC --group GROUP')
    }
    await output.list(rows, [
      { title: 'group', of: (row) => row.group },
      { title: 'state', of: (row) => row.state },
    ])
  })
}
