import { LogError } from '@millrace/model/log-error'
import type { Misfit } from './misfit.ts'
import type { BrokerParts } from './parts.ts'
import type { Topic } from './topic.ts'

/** Where a misfit of `topic` goes; undefined: it is rejected. UNKNOWN_TOPIC_OR_PARTITION when that was deleted. */
export function letterTopic(
  { topics }: Pick<BrokerParts, 'topics'>,
  topic: Topic,
  { reason, setting }: Misfit,
): Topic | undefined {
  const { deadLetterTopic: name } = setting
  if (name === undefined) return undefined
  const found = topics.find(name)
  if (found !== undefined) return found
  throw new LogError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `A record does not fit the schema of ${topic.name} (${reason}), and ${name}, the dead-letter topic, is not there.`,
    { topic: name, appended: false },
  )
}
