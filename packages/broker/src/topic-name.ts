import { LogError } from '@millrace/model/log-error'
import { isInternalTopic, isTopicName, NAME_LENGTH_MAX } from '@millrace/model/topic'

/** INVALID_TOPIC for a name that cannot be, and for one that only Millrace itself may use. */
export function expectNameForUsers(name: string): void {
  if (!isTopicName(name)) {
    throw new LogError(
      'INVALID_TOPIC',
      `A topic has 1 to ${NAME_LENGTH_MAX} of a-z A-Z 0-9 . _ - and is neither . nor ..`,
    )
  }
  if (isInternalTopic(name)) {
    throw new LogError(
      'INVALID_TOPIC',
      `${name} is Millrace's own, as every name that begins with __: it can be read, not changed.`,
    )
  }
}

/** Names that are the same here may not both exist: Kafka's metrics write a dot as an underscore. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}
