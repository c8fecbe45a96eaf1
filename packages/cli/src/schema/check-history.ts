import { schemaIdOf } from '@millrace/avro/wire-format'
import type { Client, ConsumedRecord } from '@millrace/client'
import { SchemaCache } from '@millrace/client/avro'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { startProgressBar } from '../progress-bar.ts'
import { counted, formatCount } from '../quantity.ts'
import { type HeldTopic, heldTopics, type TopicChoice } from './held-topics.ts'
import { historyText } from './history-text.ts'
import type { RegisterOptions } from './register-schema.ts'
import { registrySource } from './registry-source.ts'
import { readSchemaFile } from './schema-file.ts'
import { WireReader } from './wire-reader.ts'

export interface HistoryOptions extends RegisterOptions, TopicChoice {
  /** A bar, where there is a terminal. */
  readonly progress: boolean
}

/** What became of the records of one writer's schema. */
export interface WriterCount {
  /** Undefined: they do not begin with the id of a schema. */
  readonly id: number | undefined
  /** Of the subject, or undefined when the schema is none of its versions. */
  readonly version: number | undefined
  records: number
  failed: number
}

/** The first of its partition; of several partitions and topics, of the first. */
export interface HistoryFailure {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** In the record: `/value/lines/2`. */
  readonly path: string
  readonly reason: string
}

/** What the new schema makes of everything that is stored. */
export interface History {
  readonly subject: string
  readonly topics: readonly HeldTopic[]
  records: number
  failed: number
  /** Without a key, or a value: there is nothing to read. */
  tombstones: number
  writers: WriterCount[]
  first: HistoryFailure | null
}

/** Reads every stored record with a schema that is not registered yet; status 1 when it cannot read one of them. */
export async function checkHistory(
  invocation: Invocation,
  subject: string,
  file: string,
  options: HistoryOptions,
): Promise<void> {
  const { output } = invocation
  const schema = await readSchemaFile(file)
  const needs = { subject, ...(options.topic !== undefined && { topic: options.topic }) }
  const history = await withServer(invocation, needs, async (client) => {
    const schemas = new SchemaCache(client.schemas)
    const parsed = await schemas.parse({ schema, references: options.reference ?? [] })
    const topics = await heldTopics(client, subject, options)
    const empty = {
      subject,
      topics,
      records: 0,
      failed: 0,
      tombstones: 0,
      writers: [],
      first: null,
    }
    const reading = { client, schemas, reader: { name: file, schema: parsed }, invocation }
    return readHistory(reading, empty, options)
  })
  await output.one(history, () => historyText(history, file))
  if (history.failed === 0) return
  throw new CommandFailure(EXIT.failure, {
    message: `${file} cannot read ${counted(history.failed, 'record')} of ${formatCount(history.records)}.`,
    next: `What it does not have needs a default, what was renamed an alias: millrace schema diff ${subject} ${file}`,
  })
}

interface Reading {
  readonly client: Client
  readonly schemas: SchemaCache
  readonly reader: NonNullable<ConstructorParameters<typeof WireReader>[2]>
  readonly invocation: Invocation
}

async function readHistory(
  reading: Reading,
  history: History,
  { progress }: HistoryOptions,
): Promise<History> {
  const total = history.topics.reduce((sum, { records }) => sum + records, 0)
  const bar = await startProgressBar({ isWanted: progress, totalBytes: total })
  try {
    for (const topic of history.topics) {
      await readTopic(reading, topic, history, () => {
        bar.show(history.records + history.tombstones, () => {
          return `${counted(history.records, 'record')} | ${formatCount(history.failed)} cannot be read`
        })
      })
    }
  } finally {
    bar.stop()
  }
  history.writers = await named(reading, history)
  return history
}

async function readTopic(
  { client, schemas, reader, invocation: { signal } }: Reading,
  { topic, part }: HeldTopic,
  history: History,
  onRead: () => void,
): Promise<void> {
  const wire = new WireReader(part, registrySource(schemas), reader)
  await using consumer = client.consumer(topic, { follow: false, signal })
  for await (const record of consumer) {
    const bytes = record[part]
    if (bytes === null) {
      history.tombstones += 1
    } else {
      if (!wire.isReady(bytes)) await wire.prepare(bytes)
      const read = wire.read(bytes)
      const writer = writerOf(history, schemaIdOf(bytes))
      writer.records += 1
      history.records += 1
      if ('error' in read) {
        writer.failed += 1
        history.failed += 1
        const { path, detail } = read.error
        history.first = earlier(history.first, failureAt(record, path, detail))
      }
    }
    onRead()
  }
}

function failureAt(
  { topic, partition, offset }: ConsumedRecord,
  path: string,
  reason: string,
): HistoryFailure {
  return { topic, partition, offset, path, reason }
}

/** Partitions are read side by side; those of one topic after those of another. */
function earlier(first: HistoryFailure | null, next: HistoryFailure): HistoryFailure {
  if (first === null) return next
  const isEarlier = next.topic === first.topic && next.partition < first.partition
  return isEarlier ? next : first
}

function writerOf({ writers }: History, id: number | undefined): WriterCount {
  const known = writers.find((writer) => writer.id === id)
  if (known !== undefined) return known
  const writer = { id, version: undefined, records: 0, failed: 0 }
  writers.push(writer)
  return writer
}

/** Of each writer's schema, which version of the subject it is; in the order of the versions. */
async function named({ client }: Reading, { subject, writers }: History): Promise<WriterCount[]> {
  const found: WriterCount[] = []
  for (const writer of writers) {
    const { id } = writer
    const places =
      id === undefined ? [] : await client.schemas.versionsOf(id, { deleted: true }).catch(() => [])
    const place = places.find((one) => one.subject === subject)
    found.push({ ...writer, version: place?.version })
  }
  return found.toSorted((a, b) => (a.version ?? Infinity) - (b.version ?? Infinity))
}
