import { hash } from 'node:crypto'
import { murmur2 } from '@millrace/model/murmur2'
import { partitionOfKey } from '@millrace/model/partitioner'

/**
 * A key, as text that lanes are found by. Of a short key its bytes, one a character; of a longer one 72 characters:
 * its murmur2 and its SHA-256, in hexadecimal, so that lanes take the same memory however long keys are.
 */
export type LaneKey = string

export function laneKeyOf(key: Uint8Array): LaneKey {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length)
  if (key.length <= WHOLE_LENGTH_MAX) return bytes.toString('latin1')
  const placed = (murmur2(key) & POSITIVE).toString(16).padStart(PLACE_LENGTH, '0')
  return placed + hash('sha256', bytes, 'hex')
}

/** The partition that the key belongs to, where there are so many. */
export function partitionOfLane(lane: LaneKey, partitionCount: number): number {
  if (lane.length <= WHOLE_LENGTH_MAX) {
    return partitionOfKey(Buffer.from(lane, 'latin1'), partitionCount)
  }
  return Number.parseInt(lane.slice(0, PLACE_LENGTH), 16) % partitionCount
}

/** Shorter than what stands for a longer one: the two are never taken for each other. */
const WHOLE_LENGTH_MAX = 48
const PLACE_LENGTH = 8
const POSITIVE = 0x7fff_ffff
