/**
 * What was committed: the value of a record of `__offsets`, and of its key in the index. Big-endian:
 *
 *      0  u8   version: 1
 *      1  u8   who: 0 nobody in particular, 1 a member, 2 a reset
 *      2  u64  offset: the next one that the group will read
 *     10  u64  when, milliseconds since the epoch
 *     18  u16  length of the member id, then the member id, UTF-8
 *         u16  length of the metadata, then the metadata, UTF-8
 *
 * A record without a value takes the committed offset back.
 */
import assert from 'node:assert/strict'
import { LogError } from '@millrace/model/log-error'
import { type Offset, toOffset } from '@millrace/model/offset'

export interface Commit {
  readonly offset: Offset
  readonly metadata: string
  readonly committedAt: number
  readonly by: Committer
}

export type Committer =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'member'; readonly memberId: string }
  | { readonly kind: 'reset' }

export function encodeCommit({ offset, metadata, committedAt, by }: Commit): Uint8Array {
  const member = Buffer.from(by.kind === 'member' ? by.memberId : '')
  const text = Buffer.from(metadata)
  assert(member.length <= TEXT_BYTES_MAX && text.length <= TEXT_BYTES_MAX)
  const bytes = Buffer.alloc(MEMBER_AT + member.length + LENGTH_SIZE + text.length)
  bytes.writeUInt8(VERSION, 0)
  bytes.writeUInt8(KINDS.indexOf(by.kind), KIND_AT)
  bytes.writeBigUInt64BE(BigInt(offset), OFFSET_AT)
  bytes.writeBigUInt64BE(BigInt(committedAt), COMMITTED_AT)
  writeText(bytes, MEMBER_LENGTH_AT, member)
  writeText(bytes, MEMBER_AT + member.length, text)
  return bytes
}

/** CORRUPT_SEGMENT for what this version did not write. */
export function decodeCommit(encoded: Uint8Array): Commit {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  if (bytes.length < MEMBER_AT + LENGTH_SIZE || bytes[0] !== VERSION) throw corrupt()
  const kind = KINDS[bytes.readUInt8(KIND_AT)]
  const offset = toOffset(bytes.readBigUInt64BE(OFFSET_AT))
  const memberEnd = MEMBER_AT + bytes.readUInt16BE(MEMBER_LENGTH_AT)
  if (kind === undefined || offset === undefined) throw corrupt()
  if (bytes.length < memberEnd + LENGTH_SIZE) throw corrupt()
  const metadataAt = memberEnd + LENGTH_SIZE
  const memberId = bytes.toString('utf8', MEMBER_AT, memberEnd)
  return {
    offset,
    metadata: bytes.toString('utf8', metadataAt, metadataAt + bytes.readUInt16BE(memberEnd)),
    committedAt: Number(bytes.readBigUInt64BE(COMMITTED_AT)),
    by: kind === 'member' ? { kind, memberId } : { kind },
  }
}

/** Of a member id, and of metadata, in UTF-8. */
export const TEXT_BYTES_MAX = 4_096

const VERSION = 1
const KINDS = ['nobody', 'member', 'reset'] as const satisfies readonly Committer['kind'][]
const KIND_AT = 1
const OFFSET_AT = 2
const COMMITTED_AT = 10
const MEMBER_LENGTH_AT = 18
const MEMBER_AT = 20
const LENGTH_SIZE = 2

function writeText(bytes: Buffer, at: number, text: Buffer): void {
  bytes.writeUInt16BE(text.length, at)
  bytes.set(text, at + LENGTH_SIZE)
}

function corrupt(): LogError {
  return new LogError('CORRUPT_SEGMENT', 'A record of __offsets has a value that is no commit.')
}
