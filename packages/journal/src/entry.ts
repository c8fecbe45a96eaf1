/**
 * An entry of the journal: everything that one sync makes durable. It starts on a 4 KiB page, is padded with
 * zeros to a whole number of them, and lies in one slot. Integers are big-endian; CRCs are CRC-32 (zlib's).
 *
 *     at  header, 64 bytes                              at  item, 32 bytes, then its bytes
 *      0  magic `MRJ1`                                   0  kind  u8: 1 batches, 2 log start, 3 create log,
 *      4  CRC of bytes 8 to 63  u32                            4 remove log
 *      8  run                   8 bytes                  4  log id                      u32
 *     16  sequence              u64                      8  base offset                 u64
 *     24  synced                u64                     16  base offset of its segment  u64
 *     32  length of the items   u32                     24  position in the segment     u32
 *     36  CRC of the items      u32                     28  length of its bytes         u32
 *     40  count of the items    u32
 *     44  zeros
 *
 * Invariants
 *   - no page is ever in two entries: an unfinished write may spoil all of a page, and only its own;
 *   - within a run sequences are dense; `synced` is the highest one known synced when this was written, so a
 *     whole header proves that all up to there were;
 *   - the run is random and no client knows it: neither leftovers nor bytes in records pass for an entry.
 */
import { crc32 } from 'node:zlib'
import { readInt64, readUint32, writeInt32, writeInt64 } from '@millrace/model/big-endian'
import { type Offset, type Position, toOffset } from '@millrace/model/offset'

export interface EntryHeader {
  readonly run: Run
  readonly sequence: number
  readonly synced: number
  readonly itemsLength: number
  readonly itemsCrc: number
  readonly itemCount: number
}

/** What distinguishes one life of the store from every other: 8 random bytes, as 16 hexadecimal digits. */
export type Run = string

export type ItemKind = 'batches' | 'logStart' | 'createLog' | 'removeLog'

export interface ItemHeader {
  readonly kind: ItemKind
  readonly log: number
  /** The first batch's; of `logStart`, the log start offset; else 0. */
  readonly baseOffset: Offset
  /** The segment that holds or will hold the bytes; else 0. */
  readonly segment: Offset
  /** Where in that segment; else 0. */
  readonly position: Position
}

export interface EntryItem extends ItemHeader {
  readonly bytes: Uint8Array
}

/** The header that begins at `at`. Undefined unless it is whole. */
export function decodeEntryHeader(bytes: Uint8Array, at: number): EntryHeader | undefined {
  if (bytes.length - at < ENTRY_HEADER_SIZE || readUint32(bytes, at) !== MAGIC) return undefined
  const covered = bytes.subarray(at + CRC_COVERS_FROM, at + ENTRY_HEADER_SIZE)
  if (crc32(covered) !== readUint32(bytes, at + CRC_AT)) return undefined
  return readFields(bytes, at)
}

/**
 * What is left at `at` of the entry that should be there, for the record only. A whole header is of that entry or of
 * an earlier one, whose room it was. One that fails its CRC is taken for this entry's when most of the run is right,
 * and magic or sequence is: damage to any one of them must not make it go without a trace.
 */
export function decodeSpoiledHeader(
  bytes: Uint8Array,
  at: number,
  expected: Pick<EntryHeader, 'run' | 'sequence'>,
): EntryHeader | undefined {
  if (bytes.length - at < ENTRY_HEADER_SIZE) return undefined
  const header = readFields(bytes, at)
  const isSequence = header.sequence === expected.sequence
  if (decodeEntryHeader(bytes, at) !== undefined) {
    return isSequence && header.run === expected.run ? header : undefined
  }
  const isPlace = isSequence || readUint32(bytes, at) === MAGIC
  return isPlace && isNearly(header.run, expected.run) ? header : undefined
}

/** Runs are random: two of them do not have half of their digits in common. */
function isNearly(run: Run, expected: Run): boolean {
  const same = run.split('').filter((digit, index) => digit === expected[index])
  return same.length * 2 > expected.length
}

function readFields(bytes: Uint8Array, at: number): EntryHeader {
  return {
    run: Buffer.from(bytes.subarray(at + RUN_AT, at + RUN_AT + RUN_SIZE)).toString('hex'),
    sequence: readInt64(bytes, at + SEQUENCE_AT),
    synced: readInt64(bytes, at + SYNCED_AT),
    itemsLength: readUint32(bytes, at + ITEMS_LENGTH_AT),
    itemsCrc: readUint32(bytes, at + ITEMS_CRC_AT),
    itemCount: readUint32(bytes, at + ITEM_COUNT_AT),
  }
}

/** Fills the 64 bytes at `at`. */
export function encodeEntryHeader(target: Uint8Array, at: number, header: EntryHeader): void {
  target.fill(0, at, at + ENTRY_HEADER_SIZE)
  writeInt32(target, at, MAGIC)
  target.set(Buffer.from(header.run, 'hex'), at + RUN_AT)
  writeInt64(target, at + SEQUENCE_AT, header.sequence)
  writeInt64(target, at + SYNCED_AT, header.synced)
  writeInt32(target, at + ITEMS_LENGTH_AT, header.itemsLength)
  writeInt32(target, at + ITEMS_CRC_AT, header.itemsCrc)
  writeInt32(target, at + ITEM_COUNT_AT, header.itemCount)
  const covered = target.subarray(at + CRC_COVERS_FROM, at + ENTRY_HEADER_SIZE)
  writeInt32(target, at + CRC_AT, crc32(covered))
}

/** The items of an entry, as slices of `bytes`. Undefined unless they are what the header says. */
export function decodeItems(
  bytes: Uint8Array,
  header: Pick<EntryHeader, 'itemsLength' | 'itemsCrc' | 'itemCount'>,
): readonly EntryItem[] | undefined {
  if (bytes.length !== header.itemsLength || crc32(bytes) !== header.itemsCrc) return undefined
  const items: EntryItem[] = []
  let at = 0
  while (at < bytes.length) {
    const item = decodeItem(bytes, at)
    if (item === undefined) return undefined
    items.push(item)
    at += ITEM_HEADER_SIZE + item.bytes.length
  }
  return items.length === header.itemCount ? items : undefined
}

/** What the items of a damaged entry seem to be, as far as one follows another: hints, none of them proven. */
export function decodeSpoiledItems(bytes: Uint8Array): readonly EntryItem[] {
  const items: EntryItem[] = []
  let at = 0
  for (let item = decodeItem(bytes, at); item !== undefined; item = decodeItem(bytes, at)) {
    items.push(item)
    at += ITEM_HEADER_SIZE + item.bytes.length
  }
  return items
}

function decodeItem(bytes: Uint8Array, at: number): EntryItem | undefined {
  if (bytes.length - at < ITEM_HEADER_SIZE) return undefined
  const kind = ITEM_KINDS[bytes[at] ?? 0]
  const baseOffset = toOffset(readInt64(bytes, at + BASE_OFFSET_AT))
  const segment = toOffset(readInt64(bytes, at + SEGMENT_AT))
  const start = at + ITEM_HEADER_SIZE
  const end = start + readUint32(bytes, at + LENGTH_AT)
  if (kind === undefined || baseOffset === undefined || segment === undefined) return undefined
  if (end > bytes.length) return undefined
  return {
    kind,
    log: readUint32(bytes, at + LOG_AT),
    baseOffset,
    segment,
    position: readUint32(bytes, at + POSITION_AT) as Position,
    bytes: bytes.subarray(start, end),
  }
}

/** Fills the 32 bytes at `at`. */
export function encodeItemHeader(
  target: Uint8Array,
  at: number,
  item: ItemHeader,
  length: number,
): void {
  writeInt32(target, at, 0)
  target[at] = ITEM_KINDS.indexOf(item.kind)
  writeInt32(target, at + LOG_AT, item.log)
  writeInt64(target, at + BASE_OFFSET_AT, item.baseOffset)
  writeInt64(target, at + SEGMENT_AT, item.segment)
  writeInt32(target, at + POSITION_AT, item.position)
  writeInt32(target, at + LENGTH_AT, length)
}

/** How much of a slot an entry takes. */
export function entrySize(itemsLength: number): number {
  return Math.ceil((ENTRY_HEADER_SIZE + itemsLength) / PAGE_SIZE) * PAGE_SIZE
}

export const PAGE_SIZE = 4096
export const ENTRY_HEADER_SIZE = 64
export const ITEM_HEADER_SIZE = 32

const MAGIC = 0x4d524a31 // MRJ1
const CRC_AT = 4
const CRC_COVERS_FROM = 8
const RUN_AT = 8
const RUN_SIZE = 8
const SEQUENCE_AT = 16
const SYNCED_AT = 24
const ITEMS_LENGTH_AT = 32
const ITEMS_CRC_AT = 36
const ITEM_COUNT_AT = 40

const ITEM_KINDS: readonly (ItemKind | undefined)[] = [
  undefined,
  'batches',
  'logStart',
  'createLog',
  'removeLog',
]
const LOG_AT = 4
const BASE_OFFSET_AT = 8
const SEGMENT_AT = 16
const POSITION_AT = 24
const LENGTH_AT = 28
