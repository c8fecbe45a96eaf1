import { LogError } from '@millrace/model/log-error'
import { isGroupName, isInternalTopic, NAME_LENGTH_MAX } from '@millrace/model/topic'

/** INVALID_REQUEST for a name that cannot be. */
export function expectGroupName(group: string): void {
  if (isGroupName(group)) return
  throw new LogError(
    'INVALID_REQUEST',
    `A group's name has 1 to ${NAME_LENGTH_MAX} of a-z A-Z 0-9 . _ - and is neither . nor ..`,
  )
}

/** INVALID_REQUEST also for a name that only Millrace itself may use. */
export function expectGroupNameForUsers(group: string): void {
  expectGroupName(group)
  if (!isInternalTopic(group)) return
  throw new LogError(
    'INVALID_REQUEST',
    `${group} is Millrace's own, as every name with __ in front.`,
  )
}
