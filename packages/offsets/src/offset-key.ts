/**
 * Whose offset, and where: the key of a record of `__offsets`, and its names in the index.
 *
 * A record's key, big-endian:
 *
 *      0  u8   version: 1
 *      1       topic id, a UUID, 16 bytes
 *     17  u32  partition
 *     21       group, ASCII, to the end
 *
 * In the index, where a partition has nine digits and a topic id 22 characters of base64url:
 *
 *     g <group> <topic id> <partition>     the committed offset (committed-offset.ts)
 *     t <topic id> <group> <partition>     empty: the way from a topic to its groups
 *
 * A space sorts before every character of a name, so that groups come in the order of their names.
 *
 * Invariant: both index keys are there or neither is.
 */
import { LogError } from '@millrace/model/log-error'
import { isGroupName } from '@millrace/model/topic'

export interface OffsetKey {
  readonly group: string
  readonly topicId: string
  readonly partition: number
}

export function encodeOffsetKey(key: OffsetKey): Uint8Array {
  const bytes = Buffer.alloc(GROUP_AT + key.group.length)
  bytes.writeUInt8(VERSION, 0)
  bytes.write(key.topicId, TOPIC_ID_AT, 'base64url')
  bytes.writeUInt32BE(key.partition, PARTITION_AT)
  bytes.write(key.group, GROUP_AT, 'latin1')
  return bytes
}

/** CORRUPT_SEGMENT for what this version did not write. */
export function decodeOffsetKey(encoded: Uint8Array): OffsetKey {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  const group = bytes.toString('latin1', GROUP_AT)
  if (bytes[0] !== VERSION || !isGroupName(group)) {
    throw new LogError('CORRUPT_SEGMENT', 'A record of __offsets has a key that is none.')
  }
  return {
    group,
    topicId: bytes.toString('base64url', TOPIC_ID_AT, PARTITION_AT),
    partition: bytes.readUInt32BE(PARTITION_AT),
  }
}

/** The keys of all offsets of a group, or of its offsets in one topic, begin so. */
export function groupPrefix(group: string, topicId?: string): string {
  return topicId === undefined ? `g ${group} ` : `g ${group} ${topicId} `
}

export function topicPrefix(topicId: string): string {
  return `t ${topicId} `
}

export function indexKeys({ group, topicId, partition }: OffsetKey): {
  readonly byGroup: string
  readonly byTopic: string
} {
  const digits = String(partition).padStart(PARTITION_DIGITS, '0')
  return {
    byGroup: `${groupPrefix(group, topicId)}${digits}`,
    byTopic: `${topicPrefix(topicId)}${group} ${digits}`,
  }
}

/** Either of the two names, back. */
export function parseIndexKey(indexKey: string): OffsetKey {
  const [kind = '', first = '', second = '', digits = ''] = indexKey.split(' ')
  const [group, topicId] = kind === 'g' ? [first, second] : [second, first]
  return { group, topicId, partition: Number(digits) }
}

/** Past every index key of this kind that begins with the name in `indexKey`: where the next name is found. */
export function pastName(indexKey: string): string {
  const [kind = '', name = ''] = indexKey.split(' ')
  return `${kind} ${name}!`
}

export const BY_GROUP = 'g '
export const BY_TOPIC = 't '

const VERSION = 1
const TOPIC_ID_AT = 1
const PARTITION_AT = 17
const GROUP_AT = 21
const PARTITION_DIGITS = 9
