/**
 * The offset index of one segment: where in the segment file to start looking for an offset.
 *
 * `<base offset>.index` is a run of 8-byte entries, big-endian:
 *
 *     ┌──────────────────────┬───────────────┐
 *     │ relative offset  i32 │ position  i32 │
 *     └──────────────────────┴───────────────┘
 *
 * An entry names a record batch by its last offset, stored relative to the segment's base offset so that four bytes
 * are enough, and by the position of its first byte.
 *
 * Invariants
 *   - both columns strictly increase;
 *   - every position is the first byte of a record batch, which ends with the offset beside it;
 *   - the index is a hint: it is sparse, what it leads to is checked, and it can be made again.
 */
import assert from 'node:assert/strict'
import type { Offset, Position } from '@millrace/model/offset'
import { INDEX_INT32_MAX, type IndexFormat, toRelativeOffset } from './index-file.ts'

export interface OffsetIndexEntry {
  /** The batch's last. */
  readonly offset: Offset
  readonly position: Position
}

export function offsetIndexFormat(baseOffset: Offset): IndexFormat<OffsetIndexEntry> {
  return {
    entrySize: OFFSET_INDEX_ENTRY_SIZE,
    encode(target, at, entry) {
      assert(entry.position <= INDEX_INT32_MAX)
      target.writeInt32BE(toRelativeOffset(entry.offset, baseOffset), at + RELATIVE_OFFSET_AT)
      target.writeInt32BE(entry.position, at + POSITION_AT)
    },
    decode: (bytes, at) => ({
      offset: (baseOffset + bytes.readInt32BE(at + RELATIVE_OFFSET_AT)) as Offset,
      position: bytes.readInt32BE(at + POSITION_AT) as Position,
    }),
  }
}

export const OFFSET_INDEX_ENTRY_SIZE = 8
const RELATIVE_OFFSET_AT = 0
const POSITION_AT = 4
