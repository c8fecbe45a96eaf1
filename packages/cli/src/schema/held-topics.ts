import type { Client, TopicDescription } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

export interface TopicChoice {
  /** This one, whatever its settings are. */
  readonly topic?: string
  readonly key?: true
  readonly value?: true
}

/** Keys, or values, of a topic that are data of a subject. */
export interface HeldTopic {
  readonly topic: string
  readonly part: 'key' | 'value'
  /** Between its first offset and its high watermark. */
  readonly records: number
}

/** Every topic whose settings name the subject, or the one that was chosen. */
export async function heldTopics(
  client: Client,
  subject: string,
  { topic, key, value }: TopicChoice,
): Promise<readonly HeldTopic[]> {
  if (topic !== undefined) {
    const described = await client.topics.describe(topic)
    const parts = key === true ? (['key'] as const) : ([] as const)
    const chosen = [...parts, ...(value === true ? (['value'] as const) : [])]
    const found = chosen.length > 0 ? chosen : partsOf(described, subject)
    return (found.length > 0 ? found : ['value' as const]).map((part) => held(described, part))
  }
  if (key === true || value === true) {
    throw new CommandFailure(EXIT.usage, {
      message: '--key and --value say which part of a topic is meant.',
      next: 'Add --topic TOPIC, or leave them out.',
    })
  }
  const all: HeldTopic[] = []
  for await (const { name, internal } of client.topics.list()) {
    if (internal) continue
    const described = await client.topics.describe(name)
    for (const part of partsOf(described, subject)) all.push(held(described, part))
  }
  if (all.length > 0) return all
  throw new CommandFailure(EXIT.notFound, {
    message: `No topic has ${subject} for its keys or values.`,
    next: `Name one: --topic TOPIC. To set it: millrace topic alter TOPIC --config valueSchema=${subject}`,
  })
}

function partsOf({ config }: TopicDescription, subject: string): readonly ('key' | 'value')[] {
  const { keySchema, valueSchema } = config
  return [
    ...(keySchema?.subject === subject ? (['key'] as const) : []),
    ...(valueSchema?.subject === subject ? (['value'] as const) : []),
  ]
}

function held({ name, partitions }: TopicDescription, part: 'key' | 'value'): HeldTopic {
  const records = partitions.reduce(
    (sum, { logStartOffset, highWatermark }) => sum + highWatermark - logStartOffset,
    0,
  )
  return { topic: name, part, records }
}
