import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { OFFSET_COLUMNS } from './offset-columns.ts'

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
    await output.list(rows, OFFSET_COLUMNS)
  })
}
