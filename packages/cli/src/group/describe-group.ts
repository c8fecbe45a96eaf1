import type { GroupDescription } from '@millrace/client'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { OFFSET_COLUMNS } from '../offset/offset-columns.ts'
import { formatCount } from '../quantity.ts'
import { renderPairs, renderTable } from '../table.ts'
import { formatDuration } from '../time.ts'
import { assignmentText } from './assignment-text.ts'

export async function describeGroup(invocation: Invocation, group: string): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, {}, async (client) => {
    const description = await client.groups.describe(group, { signal })
    await output.one(description, () => describe(description))
  })
}

function describe({ group, state, epoch, members, offsets, lag, lagMs }: GroupDescription): string {
  const summary = renderPairs([
    ['group', group],
    ['state', state],
    ['epoch', String(epoch)],
    ['lag', lag === 0 ? '0' : `${formatCount(lag)} (${formatDuration(lagMs)} behind)`],
  ])
  const memberTable = renderTable(members, [
    { title: 'member', of: (row) => row.memberId },
    { title: 'instance', of: (row) => row.instanceId ?? '' },
    { title: 'reads', of: (row) => assignmentText(row.assignment) },
    { title: 'is to let go of', of: (row) => assignmentText(row.revoked) },
  ])
  const offsetTable = renderTable(offsets, OFFSET_COLUMNS)
  return [summary, memberTable, offsetTable].filter((text) => text !== '').join('\n')
}
