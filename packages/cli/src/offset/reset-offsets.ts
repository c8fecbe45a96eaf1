import type { OffsetTarget } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'

export interface ResetOptions {
  readonly to?: string
  readonly toOffset?: number
  readonly toTime?: number
  readonly shift?: number
  readonly committedAt?: number
  readonly partition?: readonly number[]
  readonly yes?: true
}

export interface Reset extends ResetOptions {
  readonly group: string
  readonly topic: string
}

export async function resetOffsets(invocation: Invocation, reset: Reset): Promise<void> {
  const { output, signal } = invocation
  const { group, topic } = reset
  const to = targetOf(reset)
  const dryRun = reset.yes !== true
  await withServer(invocation, { topic }, async (client) => {
    const moves = await client.offsets.reset(group, topic, {
      to,
      dryRun,
      signal,
      ...(reset.partition === undefined ? {} : { partitions: reset.partition }),
    })
    await output.list(moves, [
      { title: 'topic', of: (row) => row.topic },
      { title: 'partition', of: (row) => String(row.partition), align: 'right' },
      { title: 'from', of: (row) => (row.from === null ? '-' : String(row.from)), align: 'right' },
      { title: 'to', of: (row) => String(row.to), align: 'right' },
    ])
    output.note(dryRun ? 'Nothing was moved. To do it, add --yes' : 'Moved, and on disk.')
  })
}

function targetOf({ to, toOffset, toTime, shift, committedAt }: Reset): OffsetTarget {
  const targets: readonly (OffsetTarget | undefined)[] = [
    to === undefined ? undefined : namedPlace(to),
    toOffset === undefined ? undefined : { offset: toOffset },
    toTime === undefined ? undefined : { timestamp: toTime },
    shift === undefined ? undefined : { shift },
    committedAt === undefined ? undefined : { committedAt },
  ]
  const given = targets.filter((target) => target !== undefined)
  const [target] = given
  if (target !== undefined && given.length === 1) return target
  throw new CommandFailure(EXIT.usage, {
    message: given.length === 0 ? 'Where is the group to go?' : 'A group goes to one place.',
    next: 'Give one of --to, --to-offset, --to-time, --shift and --committed-at.',
  })
}

function namedPlace(place: string): OffsetTarget {
  if (place === 'earliest' || place === 'latest') return place
  throw new CommandFailure(EXIT.usage, {
    message: `--to ${place} is no place.`,
    next: 'It is earliest or latest; there are also --to-offset and --to-time.',
  })
}
