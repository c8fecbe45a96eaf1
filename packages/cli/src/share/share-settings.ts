import type { ShareGroupDescription, ShareGroupSettings } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

/** What the line says of a share group. */
export interface ShareSettings {
  readonly topics?: readonly string[]
  readonly start?: 'earliest' | 'latest'
  readonly ordering?: 'key' | 'none'
  /** In milliseconds. */
  readonly lock?: number
  readonly maxDeliveries?: number
  readonly retryDelays?: readonly number[]
  /** False: none. */
  readonly deadLetter?: string | false
  readonly deadLetterPolicy?: 'skip' | 'park-key'
}

/** What is named, by the names of the API. `present`: the dead letters as they are, which a policy alone is about. */
export function namedSettings(
  settings: ShareSettings,
  present?: Pick<ShareGroupDescription, 'deadLetter'>,
): Partial<ShareGroupSettings> {
  const { topics, start, ordering, lock, maxDeliveries, retryDelays } = settings
  const deadLetter = deadLetterOf(settings, present)
  return {
    ...(topics === undefined ? {} : { topics }),
    ...(start === undefined ? {} : { start }),
    ...(ordering === undefined ? {} : { ordering }),
    ...(lock === undefined ? {} : { acquisitionLockMs: lock }),
    ...(maxDeliveries === undefined ? {} : { maxDeliveryCount: maxDeliveries }),
    ...(retryDelays === undefined ? {} : { retryDelaysMs: retryDelays }),
    ...(deadLetter === undefined ? {} : { deadLetter }),
  }
}

function deadLetterOf(
  { deadLetter, deadLetterPolicy: policy }: ShareSettings,
  present: Pick<ShareGroupDescription, 'deadLetter'> | undefined,
): ShareGroupSettings['deadLetter'] {
  if (deadLetter === false && policy === undefined) return null
  if (deadLetter === undefined && policy === undefined) return undefined
  const topic = deadLetter ?? present?.deadLetter?.topic
  if (topic === undefined || topic === false) {
    throw new CommandFailure(EXIT.usage, {
      message: '--dead-letter-policy is for a group that keeps what it gives up on.',
      next: 'Add --dead-letter TOPIC.',
    })
  }
  const kept = policy ?? present?.deadLetter?.policy
  return { topic, ...(kept === undefined ? {} : { policy: kept }) }
}

/** The first of them that the group has otherwise. Where it began is not known any more. */
export function differenceOf(
  named: Partial<ShareGroupSettings>,
  present: ShareGroupDescription,
): string | undefined {
  const { start: _, deadLetter, topics, ...rest } = named
  if (topics !== undefined && !isSame(topics.toSorted(), present.topics.toSorted())) return 'topics'
  for (const [name, value] of Object.entries(rest)) {
    if (!isSame(value, present[name as keyof typeof rest])) return name
  }
  if (deadLetter === undefined) return undefined
  const wanted = deadLetter === null ? null : { policy: 'skip', ...deadLetter }
  const { topic, policy } = present.deadLetter ?? {}
  const isAsWanted = wanted?.topic === topic && wanted?.policy === policy
  return isAsWanted ? undefined : 'deadLetter'
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
