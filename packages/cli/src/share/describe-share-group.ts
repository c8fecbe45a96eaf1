import type { ShareGroupDescription, SharePartitionState } from '@millrace/client'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import type { Column } from '../output.ts'
import { formatCount } from '../quantity.ts'
import { renderPairs, renderTable } from '../table.ts'
import { formatDuration } from '../time.ts'

export async function describeShareGroup(invocation: Invocation, group: string): Promise<void> {
  const { output, signal } = invocation
  await withServer(invocation, { shareGroup: group }, async (client) => {
    const description = await client.shareGroups.describe(group, { signal })
    await output.one(description, () => describe(description))
  })
}

export function describe(description: ShareGroupDescription): string {
  const { group, topics, ordering, deadLetter, partitions, consumers } = description
  const settings = renderPairs([
    ['share group', group],
    ['topics', topics.join(' ')],
    ['ordering', ordering],
    ['lock', formatDuration(description.acquisitionLockMs)],
    ['max deliveries', formatCount(description.maxDeliveryCount)],
    ['retry delays', description.retryDelaysMs.map(formatDuration).join(', ') || 'none'],
    ['dead letters', deadLetter === null ? 'none' : `${deadLetter.topic} (${deadLetter.policy})`],
  ])
  const consumerTable = renderTable(consumers, [
    { title: 'consumer', of: (row) => row.consumer },
    { title: 'acquired', of: (row) => formatCount(row.acquired), align: 'right' },
  ])
  const { deadLetterProblem } = description
  const problem =
    deadLetterProblem === null ? '' : `Dead letters wait to be copied: ${deadLetterProblem}\n`
  return [settings, partitionTable(partitions), consumerTable, problem]
    .filter((text) => text !== '')
    .join('\n')
}

function partitionTable(partitions: readonly SharePartitionState[]): string {
  return renderTable(partitions, [
    { title: 'topic', of: (row) => row.topic },
    { title: 'partition', of: (row) => String(row.partition), align: 'right' },
    { title: 'start', of: (row) => String(row.startOffset), align: 'right' },
    { title: 'end', of: (row) => String(row.endOffset), align: 'right' },
    { title: 'high watermark', of: (row) => String(row.highWatermark), align: 'right' },
    { title: 'unsettled', of: (row) => unsettledOf(row), align: 'right' },
    { title: 'acquired', of: (row) => formatCount(row.acquired), align: 'right' },
    { title: 'retrying', of: (row) => formatCount(row.retrying), align: 'right' },
    { title: 'parked keys', of: (row) => formatCount(row.parkedKeys), align: 'right' },
    { title: 'dead letters', of: (row) => formatCount(row.deadLetters), align: 'right' },
    { title: 'expired', of: (row) => formatCount(row.expired), align: 'right' },
    // Damage is seldom: where there is none, nobody is bothered with it.
    ...(partitions.some(({ unreadable }) => unreadable > 0) ? [UNREADABLE] : []),
  ])
}

const UNREADABLE: Column<SharePartitionState> = {
  title: 'unreadable',
  of: (row) => formatCount(row.unreadable),
  align: 'right',
}

/** One that is full hands out nothing newer: that is why it stands still. */
function unsettledOf({ unsettled, isFull }: SharePartitionState): string {
  return `${formatCount(unsettled)}${isFull ? ' (full)' : ''}`
}
