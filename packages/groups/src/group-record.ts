/**
 * A record of `__groups`. Key and value are text, so that the topic can be read with any consumer.
 *
 *     secret                    {"version":1,"secret":"<32 bytes, base64url>"}       seals cursors
 *     epochs                    {"version":1,"epoch":12}    the highest of a group that was deleted
 *     group billing             {"version":1,"epoch":8}
 *     member billing m1         {"version":1,"instanceId":"host-7","joinedEpoch":3,"topicIds":["<id>"],
 *                                "target":["<topic id>/0"],"held":[["<topic id>/0",3],["<topic id>/2",3,8]]}
 *
 * `held`: a partition, the epoch since which the member has it, and the one in which it was told to let go. A member
 * without a value has left; a group without one was deleted.
 */
import { LogError } from '@millrace/model/log-error'
import type { LogRecord } from '@millrace/model/record'
import type { StateDefinition } from '@millrace/storage/indexed-state'
import type { Holding, Member } from './member.ts'
import type { TopicPartition } from './topic-partition.ts'

export const SECRET_KEY = 'secret'
export const EPOCHS_KEY = 'epochs'
export const GROUP_PREFIX = 'group '
export const MEMBER_PREFIX = 'member '

/** For the index: the record's key is the key, its value the value. */
export const decodeGroupRecord: StateDefinition['decode'] = ({ key, value }: LogRecord) => [
  { key: Buffer.from(key ?? NO_BYTES).toString('latin1'), value },
]

export function groupKey(group: string): string {
  return `${GROUP_PREFIX}${group}`
}

export function memberKey(group: string, memberId: string): string {
  return `${MEMBER_PREFIX}${group} ${memberId}`
}

export function encodeSecret(secret: Uint8Array): Uint8Array {
  return encode({ secret: Buffer.from(secret).toString('base64url') })
}

/** CORRUPT_SEGMENT for what this version did not write, as the others. */
export function decodeSecret(value: Uint8Array): Uint8Array {
  const { secret } = parse(SECRET_KEY, value)
  if (typeof secret !== 'string') throw corrupt(SECRET_KEY)
  return Buffer.from(secret, 'base64url')
}

export function encodeEpoch(epoch: number): Uint8Array {
  return encode({ epoch })
}

export function decodeEpoch(key: string, value: Uint8Array): number {
  const { epoch } = parse(key, value)
  if (!isEpoch(epoch)) throw corrupt(key)
  return epoch
}

export function encodeMember({ instanceId, joinedEpoch, topicIds, target, held }: Member) {
  const holdings = [...held].map(([key, { sinceEpoch, revokedEpoch }]) =>
    revokedEpoch === undefined ? [key, sinceEpoch] : [key, sinceEpoch, revokedEpoch],
  )
  return encode({ instanceId, joinedEpoch, topicIds, target: [...target], held: holdings })
}

export function decodeMember(
  key: string,
  value: Uint8Array,
): { readonly group: string; readonly member: Member } {
  const [group = '', memberId = ''] = key.slice(MEMBER_PREFIX.length).split(' ')
  const { instanceId, joinedEpoch, topicIds, target, held } = parse(key, value)
  const isName = instanceId === undefined || typeof instanceId === 'string'
  if (!isName || !isEpoch(joinedEpoch) || !isListOfTexts(topicIds) || !isListOfTexts(target)) {
    throw corrupt(key)
  }
  if (memberId === '' || !Array.isArray(held) || !held.every(isHolding)) throw corrupt(key)
  const holdings = held.map(([place, sinceEpoch, revokedEpoch]): [TopicPartition, Holding] => [
    place as TopicPartition,
    revokedEpoch === undefined ? { sinceEpoch } : { sinceEpoch, revokedEpoch },
  ])
  const member = {
    memberId,
    instanceId,
    joinedEpoch,
    topicIds,
    target: new Set(target as readonly TopicPartition[]),
    held: new Map(holdings),
  }
  return { group, member }
}

const VERSION = 1
const NO_BYTES = new Uint8Array(0)

function encode(fields: object): Uint8Array {
  return Buffer.from(JSON.stringify({ version: VERSION, ...fields }))
}

function parse(key: string, value: Uint8Array): Readonly<Record<string, unknown>> {
  let fields: unknown
  try {
    fields = JSON.parse(Buffer.from(value).toString())
  } catch {
    throw corrupt(key)
  }
  if (!isObject(fields) || fields['version'] !== VERSION) throw corrupt(key)
  return fields
}

function isEpoch(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isHolding(value: unknown): value is readonly [string, number, number?] {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return false
  const [place, ...epochs] = value as readonly unknown[]
  return typeof place === 'string' && epochs.every(isEpoch)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function corrupt(key: string): LogError {
  return new LogError('CORRUPT_SEGMENT', `The record ${key} of __groups is not what was written.`)
}
