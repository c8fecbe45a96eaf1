/**
 * `<N>.state`, N in 20 digits: all that the records of an internal topic below offset N add up to. With it
 * those records can go, and a lost index is made again without reading the log from its beginning.
 *
 * Big-endian. A header, the entries as record batches (key and value; offsets count entries from 0), a trailer:
 *
 *     header, 16 bytes                                trailer, 24 bytes
 *      0        magic `MRS1`                           0        magic `MRSE`
 *      4  u32   CRC-32C of the batch before N          4  u32   CRC of every byte before the trailer
 *      8  u64   N                                      8  u64   entries
 *                                                     16  u64   sum of their checksums (index-table.ts)
 *
 * Invariant: under its final name a file is whole and synced; an unfinished one is called `.state.tmp`.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { toOffset, type Offset } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, hasValidCrc, readBatchHeader } from '@millrace/model/record-batch'
import {
  checksumOf,
  EMPTY_TABLE,
  plus,
  type TableEntry,
  type TablePosition,
} from './index-table.ts'

/** Its bytes are not those that were written. */
export class StateFileDamagedError extends Error {
  override readonly name = 'StateFileDamagedError'
}

/** Writes all of `entries` under `position`. False, and nothing is kept, when they are not what it says. */
export async function writeStateFile(
  disk: Disk,
  directory: string,
  entries: Iterable<TableEntry>,
  position: TablePosition,
): Promise<boolean> {
  const path = stateFilePath(directory, position.nextOffset)
  const unfinished = `${path}.tmp`
  if ((await disk.stat(unfinished)) !== undefined) await disk.unlink(unfinished)
  const file = await disk.open(unfinished, 'create')
  let isWhole = false
  try {
    const written = await writeEntries(file, entries, position)
    isWhole = written.count === position.count && written.checksum === position.checksum
    if (isWhole) await file.sync()
  } finally {
    await file.close()
  }
  if (!isWhole) {
    await disk.unlink(unfinished)
    return false
  }
  await disk.rename(unfinished, path)
  await disk.syncDirectory(directory)
  return true
}

/** Reads a file to its end, some entries at a time. StateFileDamagedError, at the latest at the end. */
export async function* readStateFile(
  disk: Disk,
  directory: string,
  nextOffset: Offset,
): AsyncGenerator<readonly TableEntry[], TablePosition> {
  const path = stateFilePath(directory, nextOffset)
  const file = await disk.open(path, 'read')
  try {
    const size = await file.size()
    const reader = new ChecksummedReader(file)
    const header = await reader.read(HEADER_SIZE)
    expect(toText(header, 0) === MAGIC && readOffset(header, 8) === nextOffset, path)
    let sum = EMPTY_TABLE
    while (reader.position < size - TRAILER_SIZE) {
      const entries = await readEntries(reader, path)
      for (const { key, value } of entries) sum = plus(sum, checksumOf(key, value))
      yield entries
    }
    const crc = reader.crc
    const trailer = await reader.read(TRAILER_SIZE)
    expect(toText(trailer, 0) === END_MAGIC && trailer.readUInt32BE(4) === crc, path)
    expect(Number(trailer.readBigUInt64BE(8)) === sum.count, path)
    expect(Number(trailer.readBigUInt64BE(16)) === sum.checksum, path)
    return { ...sum, nextOffset, batchCrc: header.readUInt32BE(4) }
  } finally {
    await file.close()
  }
}

/** Reads all of it, keeps nothing. */
export async function isStateFileSound(
  disk: Disk,
  directory: string,
  nextOffset: Offset,
): Promise<boolean> {
  try {
    for await (const _entries of readStateFile(disk, directory, nextOffset));
    return true
  } catch (error) {
    if (error instanceof StateFileDamagedError) return false
    throw error
  }
}

/** The N of each, newest first. They need not be sound. */
export async function listStateFiles(disk: Disk, directory: string): Promise<readonly Offset[]> {
  const names = await disk.list(directory)
  const offsets = names.flatMap((name) => {
    const digits = STATE_FILE_NAME.exec(name)?.[1]
    return digits === undefined ? [] : [toOffset(BigInt(digits))]
  })
  return offsets.filter((offset) => offset !== undefined).sort((a, b) => b - a)
}

export function stateFilePath(directory: string, nextOffset: Offset): string {
  return join(directory, `${String(nextOffset).padStart(20, '0')}.state`)
}

const STATE_FILE_NAME = /^([0-9]{20})\.state$/
const MAGIC = 'MRS1'
const END_MAGIC = 'MRSE'
const HEADER_SIZE = 16
const TRAILER_SIZE = 24
/** Entries of one batch: what is held in memory at a time. */
const BATCH_BYTES = 256 * 1024
/** No batch that we wrote is larger: one entry may exceed the above. */
const BATCH_BYTES_MAX = 16 * 1024 * 1024

async function writeEntries(
  file: DiskFile,
  entries: Iterable<TableEntry>,
  position: TablePosition,
): Promise<{ count: number; checksum: number }> {
  const header = Buffer.alloc(HEADER_SIZE)
  header.write(MAGIC, 0, 'latin1')
  header.writeUInt32BE(position.batchCrc, 4)
  header.writeBigUInt64BE(BigInt(position.nextOffset), 8)
  let at = 0
  let crc = 0
  const write = async (bytes: Uint8Array): Promise<void> => {
    await file.write(at, [bytes])
    at += bytes.length
    crc = crc32(bytes, crc)
  }
  await write(header)
  let sum = EMPTY_TABLE
  for (const batch of batchesOf(entries)) {
    const baseOffset = sum.count as Offset
    for (const { key, value } of batch) sum = plus(sum, checksumOf(key, value))
    await write(encodeBatch({ baseOffset, records: batch.map(recordOf) }))
  }
  const trailer = Buffer.alloc(TRAILER_SIZE)
  trailer.write(END_MAGIC, 0, 'latin1')
  trailer.writeUInt32BE(crc, 4)
  trailer.writeBigUInt64BE(BigInt(sum.count), 8)
  trailer.writeBigUInt64BE(BigInt(sum.checksum), 16)
  await write(trailer)
  return sum
}

function* batchesOf(entries: Iterable<TableEntry>): Generator<readonly TableEntry[]> {
  let batch: TableEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    batch.push(entry)
    bytes += entry.key.length + entry.value.length
    if (bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

function recordOf({ key, value }: TableEntry) {
  return { key: Buffer.from(key, 'latin1'), value, headers: [], timestamp: 0 }
}

async function readEntries(reader: ChecksummedReader, path: string): Promise<TableEntry[]> {
  const head = await reader.peek(BATCH_HEADER_SIZE)
  const header = readBatchHeader(head)
  if (header === undefined || header.sizeInBytes > BATCH_BYTES_MAX) throw damaged(path)
  const bytes = await reader.read(header.sizeInBytes)
  expect(hasValidCrc(bytes, 0, header), path)
  return decodeRecords(bytes, 0, header, { maxBytes: BATCH_BYTES_MAX }).map(({ key, value }) => {
    if (key === null || value === null) throw damaged(path)
    return { key: Buffer.from(key).toString('latin1'), value }
  })
}

/** Reads on from where it was, and sums up what it read. A short read gives fewer bytes. */
class ChecksummedReader {
  readonly #file: DiskFile
  position = 0
  crc = 0

  constructor(file: DiskFile) {
    this.#file = file
  }

  async peek(size: number): Promise<Buffer> {
    assert(size <= BATCH_BYTES_MAX)
    const bytes = Buffer.alloc(size)
    return bytes.subarray(0, await this.#file.read(this.position, bytes))
  }

  async read(size: number): Promise<Buffer> {
    const bytes = await this.peek(size)
    this.position += bytes.length
    this.crc = crc32(bytes, this.crc)
    // A reader of fields past the end would throw; zeros are refused by every check.
    return bytes.length === size ? bytes : Buffer.alloc(size)
  }
}

function readOffset(bytes: Buffer, at: number): Offset | undefined {
  return toOffset(bytes.readBigUInt64BE(at))
}

function toText(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4)
}

function expect(isSound: boolean, path: string): asserts isSound {
  if (!isSound) throw damaged(path)
}

function damaged(path: string): StateFileDamagedError {
  return new StateFileDamagedError(`${path} is damaged.`)
}
