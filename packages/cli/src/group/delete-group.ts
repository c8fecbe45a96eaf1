import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted } from '../quantity.ts'

export async function deleteGroup(
  invocation: Invocation,
  group: string,
  { yes }: { readonly yes?: true },
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const { members, offsets } = await client.groups.describe(group, { signal })
    if (members.length > 0) throw hasMembers(group, members.length)
    if (yes === true) await client.groups.delete(group, { signal })
    const answer = { group, deleted: yes === true, offsets: offsets.length }
    await output.one(answer, () => {
      const what = `${group}: ${counted(offsets.length, 'committed offset')}`
      return yes === true ? `Deleted ${what}.\n` : `Would delete ${what}. To do it, add --yes\n`
    })
  })
}

/** The server would refuse it, too; what is shown and what is done are to be the same. */
function hasMembers(group: string, count: number): CommandFailure {
  return new CommandFailure(EXIT.conflict, {
    message: `${group} has ${counted(count, 'member')}.`,
    next:
      `End them first, or take them out: millrace group leave ${group} MEMBER. ` +
      `To see them: millrace group describe ${group}`,
  })
}
