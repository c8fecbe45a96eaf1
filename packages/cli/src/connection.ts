import { type Client, createClient, MillraceError, type MillraceErrorCode } from '@millrace/client'
import { nearest } from '@millrace/model/nearest'
import { CommandFailure } from './command-failure.ts'
import { EXIT, EXIT_STATUS } from './exit-status.ts'
import type { Invocation } from './invocation.ts'
import { type ServerAddress, serverAddress } from './server-address.ts'

export interface ConnectionNeeds {
  /** What the command is about: named in what it says when there is no such topic. */
  readonly topic?: string
  /** Likewise. */
  readonly shareGroup?: string
  /** Likewise. */
  readonly subject?: string
  /** Of that subject. */
  readonly version?: number | 'latest'
  /** Of a schema, as the command line named it, with what it refers to. */
  readonly file?: string
  /** How long to go on trying; a command that somebody waits for says at once that nobody answers. */
  readonly retryForMs?: number
}

/** Runs `use` with a client of the server that the user means, and explains what goes wrong. */
export async function withServer<T>(
  invocation: Invocation,
  needs: ConnectionNeeds,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const address = await serverAddress(invocation.server)
  const client = createClient(address.url, { retryForMs: needs.retryForMs ?? 0 })
  try {
    return await use(client)
  } catch (error) {
    throw await explain(error, { address, client, needs })
  }
}

interface Circumstances {
  readonly address: ServerAddress
  readonly client: Client
  readonly needs: ConnectionNeeds
}

async function explain(error: unknown, circumstances: Circumstances): Promise<unknown> {
  if (!(error instanceof MillraceError)) return error
  const { address, client, needs } = circumstances
  const { shareGroup, subject } = needs
  const topic = error.problem?.topic ?? needs.topic
  if (error.code === 'NO_ANSWER') {
    return new CommandFailure(EXIT.unavailable, {
      message: `No server answers at ${address.url} (${address.origin}): ${reasonOf(error)}`,
      next: 'Start one here (millrace serve), or name another with --server URL.',
      cause: error,
    })
  }
  if (error.code === 'UNKNOWN_TOPIC_OR_PARTITION' && topic !== undefined) {
    return unknownTopic(error, client, topic)
  }
  if (error.code === 'UNKNOWN_GROUP' && shareGroup !== undefined) {
    return unknownShareGroup(error, client, shareGroup)
  }
  if (error.code === 'SUBJECT_NOT_FOUND' && subject !== undefined) {
    return unknownSubject(error, client, subject)
  }
  return new CommandFailure(EXIT_STATUS[error.code], {
    message: messageOf(error, needs),
    next: nextStep(error.code, { ...needs, ...(topic !== undefined && { topic }) }),
    cause: error,
  })
}

/** What the registry says of a version is as Confluent's says it: without the subject. */
function messageOf(
  { code, message }: MillraceError,
  { subject, version }: ConnectionNeeds,
): string {
  if (code !== 'VERSION_NOT_FOUND' || subject === undefined) return message
  return version === undefined ? `${subject}: ${message}` : `${subject} has no version ${version}.`
}

/** With the names that the command line gave, so that it can be typed as it is. */
function nextStep(
  code: MillraceErrorCode,
  { topic, subject, version, file }: ConnectionNeeds,
): string {
  const names: Readonly<Record<string, string | undefined>> = {
    TOPIC: topic,
    SUBJECT: subject,
    VERSION: version?.toString(),
    FILE: file,
  }
  const step = NEXT_STEPS[code] ?? ''
  return step.replaceAll(/\b(?:TOPIC|SUBJECT|VERSION|FILE)\b/g, (name) => names[name] ?? name)
}

function reasonOf(error: MillraceError): string {
  const cause = error.cause
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (inner instanceof Error && 'code' in inner && inner.code === 'ECONNREFUSED') {
    return 'nothing listens there.'
  }
  return error.detail
}

async function unknownTopic(
  error: MillraceError,
  client: Client,
  topic: string,
): Promise<CommandFailure> {
  const names = await namesOf(client.topics.list(), ({ name }) => name)
  if (names.includes(topic)) {
    return new CommandFailure(EXIT.notFound, {
      message: error.message,
      next: `To see its partitions: millrace topic describe ${topic}`,
      cause: error,
    })
  }
  const suggestion = nearest(topic, names)
  return new CommandFailure(EXIT.notFound, {
    message: `There is no topic ${topic}.`,
    next:
      suggestion === undefined
        ? `To make it: millrace topic create ${topic}. To see those there are: millrace topic ls`
        : `Did you mean ${suggestion}? To see all: millrace topic ls`,
    cause: error,
  })
}

async function unknownShareGroup(
  error: MillraceError,
  client: Client,
  group: string,
): Promise<CommandFailure> {
  const names = await namesOf(client.shareGroups.list(), (row) => row.group)
  const suggestion = nearest(group, names)
  return new CommandFailure(EXIT.notFound, {
    message: `There is no share group ${group}.`,
    next:
      suggestion === undefined
        ? `To make it: millrace share create ${group} TOPIC. To see those there are: millrace share ls`
        : `Did you mean ${suggestion}? To see all: millrace share ls`,
    cause: error,
  })
}

async function unknownSubject(
  error: MillraceError,
  client: Client,
  subject: string,
): Promise<CommandFailure> {
  const names = await namesOf(subjectsOf(client), (name) => name)
  const suggestion = nearest(subject, names)
  return new CommandFailure(EXIT.notFound, {
    message: `There is no subject ${subject}.`,
    next:
      suggestion === undefined
        ? `To make it: millrace schema register ${subject} FILE. To see those there are: millrace schema ls`
        : `Did you mean ${suggestion}? To see all: millrace schema ls`,
    cause: error,
  })
}

async function* subjectsOf(client: Client): AsyncGenerator<string> {
  yield* await client.schemas.subjects()
}

/** As far as they can be had: what was asked has failed already. */
async function namesOf<Row>(
  rows: AsyncIterable<Row>,
  nameOf: (row: Row) => string,
): Promise<readonly string[]> {
  const names: string[] = []
  try {
    for await (const row of rows) names.push(nameOf(row))
  } catch (cause) {
    if (!(cause instanceof MillraceError)) throw cause
  }
  return names
}

/** Where what the server says is not all that there is to say. */
const NEXT_STEPS: Readonly<Partial<Record<MillraceErrorCode, string>>> = {
  TOPIC_EXISTS:
    'To see how it is: millrace topic describe TOPIC. To change it: millrace topic alter TOPIC',
  SUBJECT_NOT_FOUND: 'To see those there are: millrace schema ls',
  VERSION_NOT_FOUND: 'To see those there are: millrace schema ls SUBJECT',
  SCHEMA_NOT_FOUND: 'To see those there are: millrace schema ls',
  INCOMPATIBLE_SCHEMA: 'To see why: millrace schema check SUBJECT FILE',
  SUBJECT_SOFT_DELETED: 'To delete it for good: millrace schema delete SUBJECT --permanent --yes',
  VERSION_SOFT_DELETED:
    'To delete it for good: millrace schema delete SUBJECT@VERSION --permanent --yes',
  SUBJECT_NOT_SOFT_DELETED: 'Delete it first: millrace schema delete SUBJECT --yes',
  VERSION_NOT_SOFT_DELETED: 'Delete it first: millrace schema delete SUBJECT@VERSION --yes',
  OPERATION_NOT_PERMITTED: 'To see what may be done: millrace schema config SUBJECT',
  UNKNOWN_GROUP: 'To see those there are: millrace group ls',
  UNKNOWN_MEMBER: 'To see those there are: millrace group describe GROUP',
  FENCED_MEMBER_EPOCH: 'To see who reads what: millrace group describe GROUP',
  GROUP_NOT_EMPTY:
    'End them, or take them out: millrace group leave GROUP MEMBER. To see them: millrace group describe GROUP',
  GROUP_MAX_SIZE_REACHED: 'End one, or raise the limit of the server.',
  OVERLOADED: 'The disk does not keep up: try again in a moment.',
  STORAGE_FULL: 'Make room on the disk; it goes on by itself then.',
  STOPPING: 'The server is stopping: start it again, then run the same command.',
  STORAGE_FAILED:
    'Look at the disk of the server (dmesg), then start it again: what was acknowledged is recovered.',
  CORRUPT_SEGMENT: 'Stop the server and look: millrace log verify DATA_DIRECTORY',
  UNEXPECTED_ANSWER:
    'Is that a Millrace server, and is nothing in between? millrace status --server URL',
}
