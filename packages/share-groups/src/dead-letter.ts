/**
 * A record that was given up on, as it is copied to the dead-letter topic: whole, at the time of the copy (by the time
 * of the record, retention might take it at once), with headers behind its own that say what happened:
 *
 *     millrace.dead-letter.group        the share group
 *     millrace.dead-letter.topic, .partition, .offset, .timestamp         of the record
 *     millrace.dead-letter.deliveries   JSON: [{"at":<epoch ms>,"consumer":"w1","reason":"..."},...], the oldest first
 *     millrace.dead-letter.reason       why it was given up on
 *
 * One that is redriven, and given up on again, has one set of them, with all of its deliveries.
 */
import type { LogRecord, RecordContent, RecordHeader } from '@millrace/model/record'
import type { FailedDelivery } from './delivery.ts'

export interface GivenUp {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Of the record. */
  readonly offset: number
  /** The record as it is stored or, redriven, its last copy. */
  readonly record: LogRecord
  readonly isCopy: boolean
  readonly failures: readonly FailedDelivery[]
  readonly reason: string
}

export function toLetter(givenUp: GivenUp, nowMs: number): RecordContent {
  const { group, topic, partition, offset, record, isCopy, failures, reason } = givenUp
  const before = isCopy ? readLetter(record) : { ...record, deliveries: [] }
  const deliveries = [...before.deliveries, ...failures.map(toJson)]
  const fields: readonly (readonly [string, string])[] = [
    [GROUP, group],
    [TOPIC, topic],
    [PARTITION, String(partition)],
    [OFFSET, String(offset)],
    [TIMESTAMP, String(before.timestamp)],
    [DELIVERIES, JSON.stringify(deliveries.slice(-DELIVERIES_MAX))],
    [REASON, reason],
  ]
  const headers = fields.map(([name, text]) => ({ name, value: Buffer.from(text) }))
  const { key, value } = record
  return { key, value, headers: [...before.headers, ...headers], timestamp: nowMs }
}

/** The record that a copy is of, as far as the copy tells. */
export function fromLetter(letter: LogRecord, offset: LogRecord['offset']): LogRecord {
  const { headers, timestamp } = readLetter(letter)
  return { ...letter, offset, headers, timestamp }
}

interface LetterFields {
  readonly headers: readonly RecordHeader[]
  readonly timestamp: number
  readonly deliveries: readonly unknown[]
}

/** The last set of headers is that of the copy: a record that was a copy already, of another group, has its own. */
function readLetter({ headers, timestamp }: LogRecord): LetterFields {
  const first = headers.findLastIndex(({ name }) => name === GROUP)
  if (first === -1) return { headers, timestamp, deliveries: [] }
  const sent = Number(textOf(headers, TIMESTAMP))
  return {
    headers: headers.slice(0, first),
    timestamp: Number.isSafeInteger(sent) ? sent : timestamp,
    deliveries: listIn(textOf(headers, DELIVERIES)),
  }
}

const PREFIX = 'millrace.dead-letter.'
const GROUP = `${PREFIX}group`
const TOPIC = `${PREFIX}topic`
const PARTITION = `${PREFIX}partition`
const OFFSET = `${PREFIX}offset`
const TIMESTAMP = `${PREFIX}timestamp`
const DELIVERIES = `${PREFIX}deliveries`
const REASON = `${PREFIX}reason`
/** The latest: a record that is redriven for ever does not grow for ever. */
const DELIVERIES_MAX = 100

function toJson({ atMs, consumer, reason }: FailedDelivery) {
  return { at: atMs, consumer, reason }
}

function textOf(headers: readonly RecordHeader[], name: string): string {
  const value = headers.findLast((header) => header.name === name)?.value
  return Buffer.from(value ?? []).toString()
}

/** Anybody may write to the topic: what cannot be read says nothing. */
function listIn(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}
