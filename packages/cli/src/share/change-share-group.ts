import { type Client, MillraceError, type ShareGroupDescription } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { describe } from './describe-share-group.ts'
import { differenceOf, namedSettings, type ShareSettings } from './share-settings.ts'

export async function createShareGroup(
  invocation: Invocation,
  group: string,
  { topics, ...settings }: ShareSettings & { readonly topics: readonly string[] },
): Promise<void> {
  const { output, signal } = invocation
  const named = namedSettings(settings)
  await withServer(invocation, {}, async (client) => {
    const present = await find(client, group, signal)
    if (present !== undefined) throwIfOtherwise(present, { ...named, topics })
    const made =
      present ?? (await client.shareGroups.put(group, { ...named, topics: [...topics], signal }))
    await output.one(made, () => describe(made))
  })
}

/** The whole is said again: what is left out would take its default. */
export async function alterShareGroup(
  invocation: Invocation,
  group: string,
  settings: ShareSettings,
): Promise<void> {
  const { output, signal } = invocation
  if (Object.keys(settings).length === 0) {
    throw new CommandFailure(EXIT.usage, {
      message: 'Nothing is to be changed.',
      next: `Name a setting, as in: millrace share alter ${group} --lock 1m`,
    })
  }
  await withServer(invocation, { shareGroup: group }, async (client) => {
    const present = await client.shareGroups.describe(group, { signal })
    const { topics, ordering, acquisitionLockMs, maxDeliveryCount, retryDelaysMs, deadLetter } =
      present
    const altered = await client.shareGroups.put(group, {
      topics,
      ordering,
      acquisitionLockMs,
      maxDeliveryCount,
      retryDelaysMs,
      deadLetter,
      ...namedSettings(settings, present),
      signal,
    })
    await output.one(altered, () => describe(altered))
  })
}

async function find(
  client: Client,
  group: string,
  signal: AbortSignal,
): Promise<ShareGroupDescription | undefined> {
  try {
    return await client.shareGroups.describe(group, { signal })
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'UNKNOWN_GROUP') return undefined
    throw error
  }
}

/** To make it anew would alter it, and what is not named along with it. */
function throwIfOtherwise(
  present: ShareGroupDescription,
  named: Parameters<typeof differenceOf>[0],
): void {
  const difference = differenceOf(named, present)
  if (difference === undefined) return
  throw new CommandFailure(EXIT.conflict, {
    message: `There is a share group ${present.group} already, and it differs in ${difference}.`,
    next: `To see it: millrace share describe ${present.group}. To change it: millrace share alter ${present.group}`,
  })
}
