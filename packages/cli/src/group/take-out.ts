import type { GroupDescription } from '@millrace/client'
import { nearest } from '@millrace/model/nearest'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { assignmentText } from './assignment-text.ts'

/** Takes a member out of its group: `member` is its id, or the name of its instance. */
export async function takeOut(
  invocation: Invocation,
  group: string,
  member: string,
): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const found = findMember(await client.groups.describe(group, { signal }), member)
    const { memberId, instanceId, assignment } = found
    await client.groups.leave(group, memberId, { signal })
    await output.one({ group, memberId, instanceId, assignment }, () => {
      const had = assignmentText(assignment)
      return `Took ${member} out of ${group}${had === '' ? '' : `; it had ${had}`}.\n`
    })
  })
}

/** An id comes before the name of an instance: what is listed first is what is meant. */
function findMember(
  { group, members }: GroupDescription,
  name: string,
): GroupDescription['members'][number] {
  const found =
    members.find(({ memberId }) => memberId === name) ??
    members.find(({ instanceId }) => instanceId === name)
  if (found !== undefined) return found
  const names = members.flatMap(({ memberId, instanceId }) => [instanceId ?? memberId, memberId])
  const suggestion = nearest(name, names)
  throw new CommandFailure(EXIT.notFound, {
    message: `${group} has no member ${name}.`,
    next:
      suggestion === undefined
        ? `To see those there are: millrace group describe ${group}`
        : `Did you mean ${suggestion}? To see all: millrace group describe ${group}`,
  })
}
