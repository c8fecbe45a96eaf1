import { type Client, MillraceError, type TopicInput } from '@millrace/client'
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
    await noteEmptySubjects(invocation, client, wanted)
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
    await noteEmptySubjects(invocation, client, change)
  })
}

/** A subject may come after its topic; but a name that is mistyped is better known now than at the first record. */
async function noteEmptySubjects(
  { output, signal }: Invocation,
  { schemas }: Client,
  { config: { keySchema, valueSchema } = {} }: TopicInput,
): Promise<void> {
  const settings = [keySchema, valueSchema].filter((one) => one !== null && one !== undefined)
  for (const subject of new Set(settings.map((setting) => setting.subject))) {
    if (await hasVersions(schemas, subject, signal)) continue
    const isStrict = settings.some((one) => one.subject === subject && one.onMisfit === 'reject')
    output.note(
      `Note: subject ${subject} has no version yet: ${isStrict ? 'records are refused' : 'no record fits'} until it ` +
        `has one. To make one: millrace schema register ${subject} FILE`,
    )
  }
}

async function hasVersions(
  schemas: Client['schemas'],
  subject: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await schemas.versions(subject, { signal })).length > 0
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    // The settings are as they were asked for, whatever became of this.
    return error.code !== 'SUBJECT_NOT_FOUND'
  }
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

/** `orders-value`, whose misfits are rejected, or all of the setting as JSON, which is null for none. */
function parseSchema(name: string, text: string): unknown {
  if (text === 'null') return null
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
