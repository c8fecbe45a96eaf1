/**
 * The time index of one segment: where to start looking for a time.
 *
 * `<base offset>.timeindex` is a run of 12-byte entries, big-endian:
 *
 *     ┌────────────────┬──────────────────────┐
 *     │ timestamp  i64 │ relative offset  i32 │
 *     └────────────────┴──────────────────────┘
 *
 * An entry (t, o) says: no record up to offset o is younger than t, and o is the last offset of the first batch that
 * reached t. Entries are made together with those of the offset index, when the largest timestamp has grown; a segment
 * that is no longer written ends with one for its largest timestamp.
 *
 * Invariants
 *   - both columns strictly increase;
 *   - the index is a hint: what it leads to is checked, and it can be made again.
 */
import type { Offset } from '@millrace/model/offset'
import { type IndexFormat, toRelativeOffset } from './index-file.ts'

export interface TimeIndexEntry {
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly offset: Offset
}

export function timeIndexFormat(baseOffset: Offset): IndexFormat<TimeIndexEntry> {
  return {
    entrySize: TIME_INDEX_ENTRY_SIZE,
    encode(target, at, entry) {
      target.writeBigInt64BE(BigInt(entry.timestamp), at + TIMESTAMP_AT)
      target.writeInt32BE(toRelativeOffset(entry.offset, baseOffset), at + RELATIVE_OFFSET_AT)
    },
    decode: (bytes, at) => ({
      timestamp: Number(bytes.readBigInt64BE(at + TIMESTAMP_AT)),
      offset: (baseOffset + bytes.readInt32BE(at + RELATIVE_OFFSET_AT)) as Offset,
    }),
  }
}

export const TIME_INDEX_ENTRY_SIZE = 12
const TIMESTAMP_AT = 0
const RELATIVE_OFFSET_AT = 8
