import type { TopicInput } from '@millrace/client'
import type { TopicConfig, TopicConfigInput } from '@millrace/model/topic-config'
import { nearest } from '@millrace/model/nearest'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { describe } from './describe-topic.ts'

export interface TopicSettings {
  readonly partitions?: number
  readonly config?: ReadonlyMap<string, string>
}

export async function createTopic(
  invocation: Invocation,
  topic: string,
  settings: TopicSettings,
): Promise<void> {
  const { output, signal } = invocation
  const wanted = topicInput(settings)
  await withServer(invocation, { topic }, async (client) => {
    const created = await client.topics.create(topic, { ...wanted, signal })
    await output.one(created, () => describe(created))
  })
}

export async function alterTopic(
  invocation: Invocation,
  topic: string,
  settings: TopicSettings,
): Promise<void> {
  const { output, signal } = invocation
  const change = topicInput(settings)
  if (Object.keys(change).length === 0) {
    throw new CommandFailure(EXIT.usage, {
      message: 'Nothing is to be changed.',
      next: 'Give --partitions or --config, as in: millrace topic alter orders --config retentionMs=86400000',
    })
  }
  await withServer(invocation, { topic }, async (client) => {
    const { warnings, ...altered } = await client.topics.alter(topic, { ...change, signal })
    for (const warning of warnings) output.note(`Note: ${warning}`)
    await output.one({ ...altered, warnings }, () => describe(altered))
  })
}

function topicInput({ partitions, config }: TopicSettings): TopicInput {
  return {
    ...(partitions === undefined ? {} : { partitions }),
    ...(config === undefined ? {} : { config: parseConfig(config) }),
  }
}

/** Whether a value is in range is the server's to say; what can be told here is told here. */
function parseConfig(config: ReadonlyMap<string, string>): TopicConfigInput {
  const known = Object.keys(SETTINGS)
  return Object.fromEntries(
    [...config].map(([name, text]) => {
      if (!known.includes(name)) throw unknownSetting(name, known)
      if (text === 'default') return [name, null]
      if (name === 'keySchema' || name === 'valueSchema') return [name, parseSchema(name, text)]
      return [name, /^-?\d+$/.test(text) ? Number(text) : text]
    }),
  )
}

/** `orders-value`, whose misfits are rejected, or all of the setting as JSON. */
function parseSchema(name: string, text: string): unknown {
  if (!text.startsWith('{')) return { subject: text, onMisfit: 'reject' }
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandFailure(EXIT.usage, {
      message: `${name} is not JSON: ${text}`,
      next: `Give a subject, as in ${name}=orders-value, or '${name}={"subject":"orders-value","onMisfit":"off"}'`,
    })
  }
}

/** The compiler keeps it complete; the schema itself would cost a fifth of a second to load. */
const SETTINGS: Readonly<Record<keyof TopicConfig, true>> = {
  retentionMs: true,
  retentionBytes: true,
  segmentBytes: true,
  segmentMs: true,
  indexIntervalBytes: true,
  segmentIndexBytes: true,
  maxMessageBytes: true,
  messageTimestampType: true,
  messageTimestampAfterMaxMs: true,
  keySchema: true,
  valueSchema: true,
}

function unknownSetting(name: string, known: readonly string[]): CommandFailure {
  const suggestion = nearest(name, known)
  return new CommandFailure(EXIT.usage, {
    message: `A topic has no setting ${name}.`,
    next:
      suggestion === undefined
        ? `It has: ${known.join(', ')}`
        : `Did you mean ${suggestion}? A topic has: ${known.join(', ')}`,
  })
}
