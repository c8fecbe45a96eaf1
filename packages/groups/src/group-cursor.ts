/**
 * What a member sends back with its next poll: who it is, and how far it got. Text that it cannot read or change,
 * base64url of
 *
 *      0      seal: the first 16 bytes of HMAC-SHA-256, by the store's secret, of the group's name, a zero byte and all
 *             that follows
 *     16  u8  version: 1
 *     17      JSON, UTF-8: [member id, epoch, where to begin, [topic id, partition, offset, revoked 0 | 1], ...]
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { LogError } from '@millrace/model/log-error'
import { type Offset, toOffset } from '@millrace/model/offset'
import { type TopicPartition, parseTopicPartition, topicPartition } from './topic-partition.ts'

export interface GroupCursor {
  readonly memberId: string
  readonly epoch: number
  /** Which of the positions is served first, so that each has its turn. */
  readonly turn: number
  readonly positions: ReadonlyMap<TopicPartition, CursorPosition>
}

export interface CursorPosition {
  /** The next offset to read. What is before it came with the cursor, or earlier. */
  readonly offset: Offset
  /** The member was told to let go of it. */
  readonly isRevoked: boolean
}

export function sealCursor(secret: Uint8Array, group: string, cursor: GroupCursor): string {
  const { memberId, epoch, turn, positions } = cursor
  const list = [...positions].map(([key, { offset, isRevoked }]) => {
    const { topicId, partition } = parseTopicPartition(key)
    return [topicId, partition, offset, isRevoked ? 1 : 0]
  })
  const content = Buffer.from(`\u0001${JSON.stringify([memberId, epoch, turn, ...list])}`)
  return Buffer.concat([sealOf(secret, group, content), content]).toString('base64url')
}

/** INVALID_REQUEST for what was not sealed here, for this group. */
export function openCursor(secret: Uint8Array, group: string, text: string): GroupCursor {
  const bytes = Buffer.from(text, 'base64url')
  const seal = bytes.subarray(0, SEAL_SIZE)
  const content = bytes.subarray(SEAL_SIZE)
  const isSound = seal.length === SEAL_SIZE && timingSafeEqual(seal, sealOf(secret, group, content))
  // The decoder passes over what is no base64url.
  if (!isSound || bytes.toString('base64url') !== text) throw foreign()
  if (content[0] !== VERSION) throw foreign()
  const [memberId, epoch, turn, ...list] = JSON.parse(content.toString('utf8', 1)) as SealedFields
  const positions = new Map<TopicPartition, CursorPosition>()
  for (const [topicId, partition, number, revoked] of list) {
    const offset = toOffset(number)
    if (offset === undefined) throw foreign()
    positions.set(topicPartition(topicId, partition), { offset, isRevoked: revoked === 1 })
  }
  return { memberId, epoch, turn, positions }
}

type SealedFields = readonly [
  string,
  number,
  number,
  ...(readonly [string, number, number, 0 | 1])[],
]

const VERSION = 1
const SEAL_SIZE = 16

function sealOf(secret: Uint8Array, group: string, content: Uint8Array): Buffer {
  const hmac = createHmac('sha256', secret).update(group).update(NUL).update(content)
  return hmac.digest().subarray(0, SEAL_SIZE)
}

const NUL = Buffer.of(0)

function foreign(): LogError {
  return new LogError(
    'INVALID_REQUEST',
    'The cursor is not one that this store gave to this group, or it was changed. Send the cursor of the last answer ' +
      'as it came, or null to join anew.',
  )
}
