/**
 * A record of `__share`. Key and value are text, so that the topic can be read with any consumer.
 *
 *     secret                             {"version":1,"secret":"<32 bytes, base64url>"}       seals receipts
 *     group billing                      {"version":1,"id":"<22, base64url>","topicIds":["<id>"],"settings":{...}}
 *     facts <group id> <log> <n>         {"version":1,"facts":[{"kind":"acquired",...},...]}
 *     state <group id> <log>             {"version":1,"upTo":17,"from":5,...}
 *
 * The facts of a partition are numbered from 1; its state is what they add up to, up to one of them, and takes the
 * place of those from `from` on (`share-snapshot`). A copy in the dead-letter topic, as the facts tell of it, is found
 * in the index under `letter <group id> <lane> <log> <offset>`, as long as it was not redriven:
 * {"version":1,"log":9,"offset":3}. A group without a value was deleted.
 */
import type { LogError } from '@millrace/model/log-error'
import type { LogRecord } from '@millrace/model/record'
import type { StateChange, StateDefinition } from '@millrace/storage/indexed-state'
import {
  encodeFields,
  type Fields,
  isFields,
  keyOf,
  notWritten,
  parseFields,
} from '@millrace/storage/state-text'
import type { Letter } from './delivery.ts'
import type { LaneKey } from './lane-key.ts'
import type { ShareFact } from './share-fact.ts'
import type { ShareGroup } from './share-settings.ts'

export const SHARE_TOPIC = '__share'
export const SHARE_GROUP_PREFIX = 'group '

export function shareGroupKey(group: string): string {
  return `${SHARE_GROUP_PREFIX}${group}`
}

export function factsPrefix(groupId: string, log: number): string {
  return `facts ${groupId} ${padded(log)} `
}

export function factsKey(groupId: string, log: number, n: number): string {
  return factsPrefix(groupId, log) + padded(n)
}

export function stateKey(groupId: string, log: number): string {
  return `state ${groupId} ${padded(log)}`
}

/** A group's, or of one of its keys; null: of records without one. */
export function letterPrefix(groupId: string, lane?: LaneKey | null): string {
  const prefix = `letter ${groupId} `
  return lane === undefined ? prefix : `${prefix}${laneText(lane)} `
}

/** What a record changes in the index. A function of the record alone. */
export const decodeShareRecord: StateDefinition['decode'] = (record: LogRecord) => {
  const name = keyOf(record)
  const { value } = record
  const own: StateChange = { key: name, value }
  if (value === null) return [own]
  const [kind, groupId = '', log = ''] = name.split(' ')
  if (kind === 'facts' && mayTellOfLetters(value)) {
    return [own, ...letterChanges(groupId, log, decodeFacts(name, value))]
  }
  if (kind === 'state') {
    const { from, upTo } = parse(name, value)
    return [own, ...numbers(name, from, upTo).map((n) => gone(groupId, log, n))]
  }
  return [own]
}

/** Where the copy of a record is, and of which record. */
export interface FoundLetter extends Letter {
  /** In the index. */
  readonly key: string
  /** Of the partition that the record is in, and its offset there. */
  readonly source: { readonly log: number; readonly offset: number }
}

export function decodeLetter(key: string, value: Uint8Array): FoundLetter {
  const [, , lane = '', sourceLog, sourceOffset] = key.split(' ')
  const { log, offset } = parse(key, value)
  if (typeof log !== 'number' || typeof offset !== 'number') throw corrupt(key)
  const source = { log: Number(sourceLog), offset: Number(sourceOffset) }
  return { key, log, offset, lane: laneFrom(lane), source }
}

export function encodeShareGroup({ id, topicIds, settings }: ShareGroup): Uint8Array {
  return encodeFields({ id, topicIds, settings })
}

/** CORRUPT_SEGMENT for what this version did not write, as the others. */
export function decodeShareGroup(key: string, value: Uint8Array): ShareGroup {
  const { id, topicIds, settings } = parse(key, value)
  if (typeof id !== 'string' || !Array.isArray(topicIds) || !isSettings(settings))
    throw corrupt(key)
  return { id, topicIds, settings }
}

export function encodeFacts(facts: readonly ShareFact[]): Uint8Array {
  return encodeFields({ facts })
}

export function decodeFacts(key: string, value: Uint8Array): readonly ShareFact[] {
  const { facts } = parse(key, value)
  if (!Array.isArray(facts)) throw corrupt(key)
  return facts as readonly ShareFact[]
}

export function parse(key: string, value: Uint8Array): Fields {
  return parseFields(SHARE_TOPIC, key, value)
}

export function corrupt(key: string): LogError {
  return notWritten(SHARE_TOPIC, key)
}

const NUMBER_LENGTH = 16

/** So that keys are in the order of their numbers. */
function padded(number: number): string {
  return String(number).padStart(NUMBER_LENGTH, '0')
}

/** Nearly no facts do, and they need not be read for it. */
function mayTellOfLetters(value: Uint8Array): boolean {
  return Buffer.from(value.buffer, value.byteOffset, value.length).includes(LETTER_FIELD)
}

/** Of every fact that has a letter, and in the text of no other: quotation marks in texts are escaped. */
const LETTER_FIELD = Buffer.from('"letter":{')

function letterChanges(
  groupId: string,
  log: string,
  facts: readonly ShareFact[],
): readonly StateChange[] {
  return facts.flatMap((fact) => {
    if (!('letter' in fact)) return []
    const { lane, ...place } = fact.letter
    const key = `${letterPrefix(groupId, lane)}${log} ${padded(fact.offset)}`
    return [{ key, value: fact.kind === 'dead-lettered' ? encodeFields(place) : null }]
  })
}

function numbers(key: string, from: unknown, upTo: unknown): readonly number[] {
  if (typeof from !== 'number' || typeof upTo !== 'number') throw corrupt(key)
  return Array.from({ length: Math.max(0, upTo - from + 1) }, (_, index) => from + index)
}

function gone(groupId: string, log: string, n: number): StateChange {
  return { key: `facts ${groupId} ${log} ${padded(n)}`, value: null }
}

/** A dash is no base64url of anything. */
function laneText(lane: LaneKey | null): string {
  return lane === null ? '-' : `k${Buffer.from(lane, 'latin1').toString('base64url')}`
}

function laneFrom(text: string): LaneKey | null {
  return text === '-' ? null : Buffer.from(text.slice(1), 'base64url').toString('latin1')
}

/** The names alone: the values were validated when they were given. */
function isSettings(value: unknown): value is ShareGroup['settings'] {
  return isFields(value) && SETTINGS.every((name) => name in value)
}

const SETTINGS: readonly (keyof ShareGroup['settings'])[] = [
  'ordering',
  'acquisitionLockMs',
  'maxDeliveryCount',
  'retryDelaysMs',
  'deadLetter',
]
