/**
 * A record of `__produce`: what a request with an idempotency key was answered. Its key is text,
 *
 *     <topic id> <chunk> <idempotency key>
 *
 * and its value, big-endian:
 *
 *      0  u8   version: 1, or 2 when records went to a dead-letter topic
 *      1  u8   length of the hash, then the hash of the request's body
 *         u16  ranges, then 16 bytes each: partition u32, base offset u64, records u32
 *         u32  routes, then u16 each: the place of a record's range. None when one range has all of them.
 *         JSON, to the end (version 2): {"topics":[[1,"orders.dead"]],"reasons":["/value: ..."]}, the ranges that
 *              are of another topic by their place, and why, one a record that went there
 */
import assert from 'node:assert/strict'
import type { OffsetRange } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { advance, toOffset } from '@millrace/model/offset'
import type { Letters, ProducedAnswer } from './produced-answer.ts'

export interface RememberedAnswer {
  readonly bodyHash: Uint8Array
  readonly answer: ProducedAnswer
}

export function encodeAnswer({ bodyHash, answer }: RememberedAnswer): Uint8Array {
  const { ranges, routes, letters } = answer
  assert(bodyHash.length <= HASH_SIZE_MAX && ranges.length <= RANGES_MAX)
  const tail = encodeLetters(letters)
  const size = answerSize({ ranges: ranges.length, routes: routes?.length ?? 0, letters }, bodyHash)
  const bytes = Buffer.alloc(size)
  bytes.writeUInt8(letters === undefined ? VERSION : VERSION_WITH_LETTERS, 0)
  bytes.writeUInt8(bodyHash.length, 1)
  bytes.set(bodyHash, HASH_AT)
  let at = HASH_AT + bodyHash.length
  at = bytes.writeUInt16BE(ranges.length, at)
  for (const { partition, baseOffset, lastOffset } of ranges) {
    at = bytes.writeUInt32BE(partition, at)
    at = bytes.writeBigUInt64BE(BigInt(baseOffset), at)
    at = bytes.writeUInt32BE(lastOffset - baseOffset + 1, at)
  }
  at = bytes.writeUInt32BE(routes?.length ?? 0, at)
  for (const route of routes ?? []) at = bytes.writeUInt16BE(route, at)
  bytes.set(tail, at)
  return bytes
}

/** CORRUPT_SEGMENT for what this version did not write. */
export function decodeAnswer(encoded: Uint8Array): RememberedAnswer {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  try {
    return readAnswer(bytes)
  } catch (cause) {
    throw new LogError('CORRUPT_SEGMENT', 'A record of __produce is not what was written.', {
      cause,
    })
  }
}

/** Bytes that `encodeAnswer` makes. */
export function answerSize(
  { ranges, routes, letters }: AnswerShape,
  { length: hashSize }: Uint8Array,
): number {
  const fixed = HASH_AT + hashSize + 2 + ranges * RANGE_SIZE + 4 + routes * 2
  return fixed + encodeLetters(letters).length
}

/** What is known of an answer before it is given. */
export interface AnswerShape {
  readonly ranges: number
  readonly routes: number
  readonly letters: Letters | undefined
}

function encodeLetters(letters: Letters | undefined): Uint8Array {
  if (letters === undefined) return NO_BYTES
  return Buffer.from(JSON.stringify({ topics: [...letters.topics], reasons: letters.reasons }))
}

export const HASH_SIZE_MAX = 64
const RANGES_MAX = 0xffff
const VERSION = 1
const VERSION_WITH_LETTERS = 2
const NO_BYTES = new Uint8Array(0)
const HASH_AT = 2
const RANGE_SIZE = 16

/** Throws when a field lies past the end. */
function readAnswer(bytes: Buffer): RememberedAnswer {
  const version = bytes.readUInt8(0)
  assert(version === VERSION || version === VERSION_WITH_LETTERS)
  const hashEnd = HASH_AT + bytes.readUInt8(1)
  const rangeCount = bytes.readUInt16BE(hashEnd)
  const rangesAt = hashEnd + 2
  const ranges = Array.from({ length: rangeCount }, (_, index) =>
    readRange(bytes, rangesAt + index * RANGE_SIZE),
  )
  const routesAt = rangesAt + rangeCount * RANGE_SIZE
  const routes = new Uint16Array(bytes.readUInt32BE(routesAt))
  for (let index = 0; index < routes.length; index++) {
    routes[index] = bytes.readUInt16BE(routesAt + 4 + index * 2)
  }
  const tail = bytes.subarray(routesAt + 4 + routes.length * 2)
  const letters = version === VERSION ? undefined : readLetters(tail)
  return {
    bodyHash: bytes.subarray(HASH_AT, hashEnd),
    answer: { ranges, routes: routes.length === 0 ? undefined : routes, letters },
  }
}

function readLetters(json: Buffer): Letters {
  const { topics, reasons } = JSON.parse(json.toString()) as {
    readonly topics: readonly (readonly [number, string])[]
    readonly reasons: readonly string[]
  }
  return { topics: new Map(topics), reasons }
}

function readRange(bytes: Buffer, at: number): OffsetRange {
  const baseOffset = toOffset(bytes.readBigUInt64BE(at + 4))
  assert(baseOffset !== undefined)
  const lastOffset = advance(baseOffset, bytes.readUInt32BE(at + 12) - 1)
  return { partition: bytes.readUInt32BE(at), baseOffset, lastOffset }
}
