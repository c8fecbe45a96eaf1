import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { counted } from '../quantity.ts'

export async function deleteShareGroup(
  invocation: Invocation,
  group: string,
  { yes }: { readonly yes?: true },
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, { shareGroup: group }, async (client) => {
    const { partitions } = await client.shareGroups.describe(group, { signal })
    if (yes === true) await client.shareGroups.delete(group, { signal })
    const unsettled = partitions.reduce((sum, partition) => sum + partition.unsettled, 0)
    const acquired = partitions.reduce((sum, partition) => sum + partition.acquired, 0)
    const answer = { group, deleted: yes === true, unsettled, acquired }
    await output.one(answer, () => {
      const held = acquired === 0 ? '' : `, of which consumers hold ${acquired}`
      const what = `${group}: ${counted(unsettled, 'record')} not settled${held}`
      return yes === true ? `Deleted ${what}.\n` : `Would delete ${what}. To do it, add --yes\n`
    })
  })
}
