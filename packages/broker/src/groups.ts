import type { GroupDescription, GroupPage } from '@millrace/model/broker'
import { expectGroupName, expectGroupNameForUsers } from './group-name.ts'
import { committedOffsets, deleteOffsets, unknownGroup } from './offset-commit.ts'
import type { BrokerParts } from './parts.ts'

/** Groups that have committed offsets, in the order of their names. */
export function listGroups(
  { offsets }: BrokerParts,
  page: { readonly limit: number; readonly after?: string },
): GroupPage {
  const names = offsets.groups({ ...page, limit: page.limit + 1 })
  const groups = names.slice(0, page.limit).map((group) => ({ group, state: 'Empty' }) as const)
  const last = groups.at(-1)
  return names.length > page.limit && last !== undefined ? { groups, next: last.group } : { groups }
}

/** UNKNOWN_GROUP when it has no committed offsets. */
export async function describeGroup(parts: BrokerParts, group: string): Promise<GroupDescription> {
  expectGroupName(group)
  if (!parts.offsets.isKnown(group)) throw unknownGroup(group)
  const offsets = await committedOffsets(parts, group, {})
  const lag = offsets.reduce((sum, offset) => sum + offset.lag, 0)
  const lagMs = offsets.reduce((most, offset) => Math.max(most, offset.lagMs), 0)
  return { group, state: 'Empty', members: [], offsets, lag, lagMs }
}

/** UNKNOWN_GROUP when it has no committed offsets. */
export async function deleteGroup(parts: BrokerParts, group: string): Promise<void> {
  expectGroupNameForUsers(group)
  await deleteOffsets(parts, group, {})
}
