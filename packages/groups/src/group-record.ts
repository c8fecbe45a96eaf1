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
import type { LogError } from '@millrace/model/log-error'
import { encodeFields, type Fields, notWritten, parseFields } from '@millrace/storage/state-text'
import type { Holding, Member } from './member.ts'
import type { TopicPartition } from './topic-partition.ts'

export const GROUPS_TOPIC = '__groups'
export const EPOCHS_KEY = 'epochs'
export const GROUP_PREFIX = 'group '
export const MEMBER_PREFIX = 'member '

export function groupKey(group: string): string {
  return `${GROUP_PREFIX}${group}`
}

export function memberKey(group: string, memberId: string): string {
  return `${MEMBER_PREFIX}${group} ${memberId}`
}

export function encodeEpoch(epoch: number): Uint8Array {
  return encodeFields({ epoch })
}

/** CORRUPT_SEGMENT for what this version did not write, as the other. */
export function decodeEpoch(key: string, value: Uint8Array): number {
  const { epoch } = parse(key, value)
  if (!isEpoch(epoch)) throw corrupt(key)
  return epoch
}

export function encodeMember({ instanceId, joinedEpoch, topicIds, target, held }: Member) {
  const holdings = [...held].map(([key, { sinceEpoch, revokedEpoch }]) =>
    revokedEpoch === undefined ? [key, sinceEpoch] : [key, sinceEpoch, revokedEpoch],
  )
  return encodeFields({ instanceId, joinedEpoch, topicIds, target: [...target], held: holdings })
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

function parse(key: string, value: Uint8Array): Fields {
  return parseFields(GROUPS_TOPIC, key, value)
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

function corrupt(key: string): LogError {
  return notWritten(GROUPS_TOPIC, key)
}
