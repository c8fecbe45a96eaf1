/**
 * One table of the index: the state of one internal topic, in a named LMDB database of its own.
 *
 * Keys are printable ASCII. LMDB has no checksums, so a value is preceded by one:
 *
 *     0  u32  CRC of the key's bytes, then the value's
 *     4       value
 *
 * The position of a table, 36 bytes, lies in the table `positions` under its name: of which records of the log
 * it is the sum, and what must then be in it.
 *
 *      0  u32  CRC of the bytes that follow
 *      4  u64  next offset: the first that is not applied
 *     12  u32  CRC-32C of the batch before that offset; 0 when there is none
 *     16  u64  keys in the table
 *     24  u64  sum of the checksums of all values, modulo 2^53
 *     32  u32  zero
 *
 * Invariant: both are written in one transaction, so the position is always true of the table.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Database, RootDatabase, Transaction } from 'lmdb'
import { LogError } from '@millrace/model/log-error'
import { toOffset, type Offset } from '@millrace/model/offset'

/** Up to where a table follows its log, and what it holds then. */
export interface TablePosition extends TableSum {
  readonly nextOffset: Offset
  readonly batchCrc: number
}

export interface TableSum {
  readonly count: number
  readonly checksum: number
}

export interface TableEntry {
  readonly key: string
  readonly value: Uint8Array
}

export class IndexTable {
  readonly name: string
  readonly #rows: Database<Buffer, string>
  readonly #positions: Database<Buffer, string>

  constructor(root: RootDatabase<Buffer, string>, name: string) {
    assert(name !== POSITIONS)
    this.name = name
    this.#rows = root.openDB({ name, encoding: 'binary' })
    this.#positions = root.openDB({ name: POSITIONS, encoding: 'binary' })
  }

  /** CORRUPT_SEGMENT when LMDB answers with what was not put there. */
  get(key: string): Uint8Array | undefined {
    const row = this.#rows.get(key)
    return row === undefined ? undefined : valueOf(key, row)
  }

  /** In the order of the keys, from `start` on, inclusive. Of one moment only when given a `snapshot`. */
  *entries(range: { start?: string; end?: string; snapshot?: Transaction }): Generator<TableEntry> {
    const { start, end, snapshot } = range
    const options = {
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      ...(snapshot !== undefined && { transaction: snapshot }),
    }
    for (const { key, value } of this.#rows.getRange(options)) {
      yield { key, value: valueOf(key, value) }
    }
  }

  /** Undefined: nothing was ever applied. */
  position(snapshot?: Transaction): TablePosition | undefined {
    const bytes = this.#positions.get(this.name, snapshot && { transaction: snapshot })
    return bytes === undefined ? undefined : decodePosition(bytes)
  }

  /**
   * Reads everything, one after the other and each by its key: where a page leads to others, damage can hide a key that
   * is there. CORRUPT_SEGMENT at the first value that is not sound, or not found.
   */
  measure(): TableSum {
    let sum = EMPTY_TABLE
    for (const { key, value } of this.entries({})) {
      const found = this.get(key)
      if (found === undefined || Buffer.compare(found, value) !== 0) {
        throw damaged(`${JSON.stringify(key)} is not found where it is`)
      }
      sum = plus(sum, checksumOf(key, value))
    }
    return sum
  }

  get isEmpty(): boolean {
    return this.entries({}).next().done === true
  }

  /** Only inside a transaction: writes where positions are, to see whether that can be done. */
  touch(): void {
    void this.#positions.put(TOUCHED, randomBytes(8))
  }

  /** Only inside a transaction. */
  write(changes: ReadonlyMap<string, Uint8Array | null>, upTo: LogPosition): void {
    let sum: TableSum = this.position() ?? EMPTY_TABLE
    const rows = new Map<string, Buffer | null>()
    for (const [key, value] of changes) {
      const before = this.#rows.get(key)
      if (before !== undefined) sum = minus(sum, before.readUInt32BE(0))
      else if (value === null) continue
      const row = value === null ? null : rowOf(key, value)
      if (row !== null) sum = plus(sum, row.readUInt32BE(0))
      rows.set(key, row)
    }
    // All of it, once nothing can go wrong any more: what was handed to LMDB cannot be taken back.
    for (const [key, row] of rows) {
      if (row === null) void this.#rows.remove(key)
      else void this.#rows.put(key, row)
    }
    this.settle({ ...sum, nextOffset: upTo.nextOffset, batchCrc: upTo.batchCrc })
  }

  /** Only inside a transaction, and while there is no position: a table that is being filled is nothing yet. */
  fill(entries: readonly TableEntry[]): void {
    for (const { key, value } of entries) void this.#rows.put(key, rowOf(key, value))
  }

  /** Only inside a transaction. */
  settle(position: TablePosition): void {
    void this.#positions.put(this.name, encodePosition(position))
  }

  /** Forgets everything, and the position first. */
  async clear(): Promise<void> {
    await this.#positions.remove(this.name)
    await this.#rows.clearAsync()
  }
}

export type LogPosition = Pick<TablePosition, 'nextOffset' | 'batchCrc'>

export const EMPTY_TABLE: TableSum = { count: 0, checksum: 0 }

/** What one row adds to the sum of its table. */
export function plus(sum: TableSum, checksum: number): TableSum {
  return { count: sum.count + 1, checksum: (sum.checksum + checksum) % CHECKSUM_MODULUS }
}

function minus(sum: TableSum, checksum: number): TableSum {
  assert(sum.count > 0)
  const less = sum.checksum - checksum
  return { count: sum.count - 1, checksum: less < 0 ? less + CHECKSUM_MODULUS : less }
}

export function checksumOf(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key))
}

const POSITIONS = 'positions'
/** Among the names of tables, none of which has brackets. */
const TOUCHED = '(touched)'
const CHECKSUM_MODULUS = Number.MAX_SAFE_INTEGER
const CHECKSUM_SIZE = 4
const POSITION_SIZE = 36

function rowOf(key: string, value: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(CHECKSUM_SIZE + value.length)
  row.writeUInt32BE(checksumOf(key, value), 0)
  row.set(value, CHECKSUM_SIZE)
  return row
}

function valueOf(key: string, row: Buffer): Uint8Array {
  const value = row.subarray(CHECKSUM_SIZE)
  if (row.length < CHECKSUM_SIZE || checksumOf(key, value) !== row.readUInt32BE(0)) {
    throw damaged(`the value of ${JSON.stringify(key)} fails its checksum`)
  }
  return value
}

function encodePosition(position: TablePosition): Buffer {
  const bytes = Buffer.alloc(POSITION_SIZE)
  bytes.writeBigUInt64BE(BigInt(position.nextOffset), 4)
  bytes.writeUInt32BE(position.batchCrc, 12)
  bytes.writeBigUInt64BE(BigInt(position.count), 16)
  bytes.writeBigUInt64BE(BigInt(position.checksum), 24)
  bytes.writeUInt32BE(crc32(bytes.subarray(CHECKSUM_SIZE)), 0)
  return bytes
}

function decodePosition(bytes: Buffer): TablePosition {
  const isSound =
    bytes.length === POSITION_SIZE && crc32(bytes.subarray(CHECKSUM_SIZE)) === bytes.readUInt32BE(0)
  const nextOffset = isSound ? toOffset(bytes.readBigUInt64BE(4)) : undefined
  if (nextOffset === undefined) throw damaged('a position fails its checksum')
  return {
    nextOffset,
    batchCrc: bytes.readUInt32BE(12),
    count: Number(bytes.readBigUInt64BE(16)),
    checksum: Number(bytes.readBigUInt64BE(24)),
  }
}

function damaged(what: string): LogError {
  return new LogError('CORRUPT_SEGMENT', `In the index, ${what}. A restart makes the index again.`)
}
