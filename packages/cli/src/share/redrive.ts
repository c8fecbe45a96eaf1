import type { Client, RedriveTarget } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted } from '../quantity.ts'

export interface RedriveOptions {
  readonly key?: string
  readonly all?: true
}

export async function redrive(
  invocation: Invocation,
  group: string,
  options: RedriveOptions,
): Promise<void> {
  const { output, signal } = invocation
  const target = targetOf(options)
  await withServer(invocation, { shareGroup: group }, async (client) => {
    let redriven = 0
    let gone = 0
    let left: number
    let hasMoved: boolean
    do {
      const step = await client.shareGroups.redrive(group, target, { signal })
      redriven += step.redriven
      gone += step.gone
      left = step.left
      hasMoved = step.redriven + step.gone > 0
      // One that gets nowhere would go on for ever.
    } while (left > 0 && hasMoved)
    const { key } = options
    const none = key !== undefined && !hasMoved && left === 0
    const problem = none ? await noneOfKey(client, group, key, signal) : undefined
    await output.one({ group, redriven, gone, left }, () => {
      if (problem !== undefined) return problem
      const missing = gone === 0 ? '' : `; ${formatGone(gone)}`
      const rest = left === 0 ? '' : `; ${left} are left, for another time`
      return `${counted(redriven, 'dead letter')} of ${group} will be handed out again${missing}${rest}.\n`
    })
  })
}

/** With where its keys are to be seen. */
async function noneOfKey(
  client: Client,
  group: string,
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const { deadLetter } = await client.shareGroups.describe(group, { signal })
  const none = `${group} has no dead letter of key ${key} that was not redriven.`
  if (deadLetter === null) return `${none} It keeps none: it has no dead-letter topic.\n`
  return `${none} Dead letters and their keys: millrace consume ${deadLetter.topic} -o jsonl\n`
}

function formatGone(gone: number): string {
  return `${counted(gone, 'more', 'more')} ${gone === 1 ? 'is' : 'are'} no longer in the topic`
}

function targetOf({ key, all }: RedriveOptions): RedriveTarget {
  if (key !== undefined && all === undefined) return { key }
  if (key === undefined && all === true) return { all }
  throw new CommandFailure(EXIT.usage, {
    message: key === undefined ? 'Which dead letters?' : '--key and --all contradict each other.',
    next: 'Give one of --key KEY and --all.',
  })
}
