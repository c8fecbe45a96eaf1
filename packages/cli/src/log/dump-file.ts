import { basename } from 'node:path'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import { BREAK_REASONS } from '@millrace/log/batch-chain'
import { type Damage, scanBatches, type SoundBatches } from '@millrace/log/batch-scanner'
import type { IndexFormat } from '@millrace/log/index-file'
import { offsetIndexFormat } from '@millrace/log/offset-index'
import { decodeProducerSnapshot } from '@millrace/log/producer-snapshot'
import { parseSegmentFileName, type SegmentFileKind } from '@millrace/log/segment-files'
import { timeIndexFormat } from '@millrace/log/time-index'
import { decodeTransactionIndex } from '@millrace/log/transaction-index'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { readControlRecord } from '@millrace/model/control-record'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'
import type { DumpedRecord, DumpEntry, Gap } from './dump-entry.ts'
import type { NamedFile } from './expect-segment.ts'
import type { StoredData } from './stored-data.ts'

export interface DumpOptions {
  /** Every record, not only its batch. */
  readonly records: boolean
  /** Their keys and values, too. */
  readonly content: boolean
  /** Reads those that are data of a schema. */
  readonly data?: StoredData
}

/** What is in one file of a partition directory. Answers with the gaps between its batches. */
export async function* dumpFile(
  disk: Disk,
  file: NamedFile,
  options: DumpOptions,
): AsyncGenerator<DumpEntry, readonly Gap[]> {
  const name = parseSegmentFileName(basename(file.path))
  const kind = fileKind(file.path)
  const baseOffset = name?.baseOffset ?? FIRST_OFFSET
  if (kind === 'log') {
    // A segment under another name begins with whatever offset its first batch has.
    const expected = name === undefined ? undefined : baseOffset
    return yield* dumpLog(disk, file, expected, options)
  }
  yield { kind: 'file', path: file.shownAs }
  const bytes = await readWhole(disk, file.path)
  switch (kind) {
    case 'index':
      yield* dumpOffsetIndex(bytes, baseOffset, file.shownAs)
      break
    case 'timeindex':
      yield* dumpTimeIndex(bytes, baseOffset)
      break
    case 'txnindex':
      yield* dumpTransactionIndex(bytes, file.shownAs)
      break
    case 'snapshot':
      yield* dumpSnapshot(bytes, file.shownAs)
  }
  return []
}

/** A file under another name is told by how that ends; anything else is taken for a segment. */
export function fileKind(path: string): SegmentFileKind {
  const suffix = path.slice(path.lastIndexOf('.') + 1)
  return SUFFIXES.find((kind) => kind === suffix) ?? 'log'
}

const SUFFIXES = ['log', 'index', 'timeindex', 'txnindex', 'snapshot'] as const

async function* dumpLog(
  disk: Disk,
  { path, shownAs }: NamedFile,
  baseOffset: Offset | undefined,
  options: DumpOptions,
): AsyncGenerator<DumpEntry, readonly Gap[]> {
  const gaps: Gap[] = []
  const file = await disk.open(path, 'read')
  try {
    let nextOffset = baseOffset ?? (await headerAt(file, 0))?.baseOffset ?? FIRST_OFFSET
    yield { kind: 'file', path: shownAs, startingOffset: nextOffset }
    const size = (await file.size()) as Position
    const range = {
      from: 0 as Position,
      to: size,
      nextOffset,
      endOffset: OFFSET_MAX,
      gaps: true,
    }
    for await (const piece of scanBatches(file, range)) {
      if (piece.kind === 'damage') {
        yield* dumpDamage(piece, await headerAt(file, piece.position), shownAs, size)
        nextOffset = piece.nextReadableOffset ?? nextOffset
        continue
      }
      for (const header of piece.headers) {
        if (header.baseOffset !== nextOffset && gaps.length < GAPS_MAX) {
          gaps.push({ lastOffset: nextOffset - 1, nextOffset: header.baseOffset })
        }
        nextOffset = (header.lastOffset + 1) as Offset
      }
      yield* dumpBatches(piece, shownAs, options)
    }
  } finally {
    await file.close()
  }
  return gaps
}

async function headerAt(file: DiskFile, position: number): Promise<BatchHeader | undefined> {
  const bytes = Buffer.alloc(BATCH_HEADER_SIZE)
  return readBatchHeader(bytes.subarray(0, await file.read(position, bytes)))
}

/** A log that was compacted may have one between any two batches. */
const GAPS_MAX = 1_000

async function* dumpBatches(
  piece: SoundBatches,
  shownAs: string,
  options: DumpOptions,
): AsyncGenerator<DumpEntry> {
  let at = 0
  for (const header of piece.headers) {
    const position = piece.position + at
    yield { kind: 'batch', header, position, isValid: true }
    if (options.records) yield* dumpRecords(piece.bytes, at, header, { ...options, shownAs })
    at += header.sizeInBytes
  }
}

async function* dumpRecords(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
  options: DumpOptions & { readonly shownAs: string },
): AsyncGenerator<DumpEntry> {
  try {
    for (const record of decodeRecords(bytes, at, header, { maxBytes: RECORDS_BYTES_MAX })) {
      const data = header.isControl ? undefined : await options.data?.read(record)
      yield {
        kind: 'record',
        record,
        header,
        marker: header.isControl ? markerOf(record) : undefined,
        withContent: options.content,
        ...(data && { data }),
      }
    }
  } catch (error) {
    // The CRC is right, so this is what was written: told, and stepped over.
    if (!(error instanceof LogError)) throw error
    yield { kind: 'unreadable', path: options.shownAs, problem: error.message }
  }
}

/** Of one batch, decompressed. */
const RECORDS_BYTES_MAX = 512 * 1024 * 1024

function markerOf(record: LogRecord): DumpedRecord['marker'] {
  const control = readControlRecord(record)
  if (control?.coordinatorEpoch === undefined) return undefined
  return { type: control.type.toUpperCase(), coordinatorEpoch: control.coordinatorEpoch }
}

/** A batch that is whole but for its CRC is shown as Kafka shows it; what else is there is measured. */
function* dumpDamage(
  damage: Damage,
  header: BatchHeader | undefined,
  shownAs: string,
  size: number,
): Generator<DumpEntry> {
  if (damage.reason === 'crc' && header !== undefined) {
    yield { kind: 'batch', header, position: damage.position, isValid: false }
  }
  yield {
    kind: 'damage',
    path: shownAs,
    position: damage.position,
    byteCount: damage.endPosition - damage.position,
    reason: BREAK_REASONS[damage.reason],
    isAtEnd: damage.endPosition === size,
  }
}

function* dumpOffsetIndex(bytes: Buffer, baseOffset: Offset, path: string): Generator<DumpEntry> {
  if (bytes.length === 0) yield { kind: 'emptyIndex', path }
  for (const entry of entriesOf(bytes, baseOffset, offsetIndexFormat(baseOffset))) {
    yield { kind: 'offsetIndexEntry', ...entry }
  }
}

function* dumpTimeIndex(bytes: Buffer, baseOffset: Offset): Generator<DumpEntry> {
  for (const entry of entriesOf(bytes, baseOffset, timeIndexFormat(baseOffset))) {
    yield { kind: 'timeIndexEntry', ...entry }
  }
}

/** Kafka gives the indexes of an active segment their full length in advance: zeros are no entries. */
function* entriesOf<Entry extends { readonly offset: Offset }>(
  bytes: Buffer,
  baseOffset: Offset,
  format: IndexFormat<Entry>,
): Generator<Entry> {
  for (let at = 0; at + format.entrySize <= bytes.length; at += format.entrySize) {
    const entry = format.decode(bytes, at)
    if (entry.offset === baseOffset && at > 0) return
    yield entry
  }
}

function* dumpTransactionIndex(bytes: Buffer, path: string): Generator<DumpEntry> {
  try {
    for (const transaction of decodeTransactionIndex(bytes, path)) {
      yield { kind: 'abortedTransaction', ...transaction }
    }
  } catch (error) {
    if (!(error instanceof LogError)) throw error
    yield { kind: 'unreadable', path, problem: error.detail }
  }
}

function* dumpSnapshot(bytes: Buffer, path: string): Generator<DumpEntry> {
  const producers = decodeProducerSnapshot(bytes)
  if (producers === undefined) {
    yield { kind: 'unreadable', path, problem: 'It is not a producer snapshot, or fails its CRC.' }
    return
  }
  for (const row of producers) yield { kind: 'producer', ...row }
}

async function readWhole(disk: Disk, path: string): Promise<Buffer> {
  const file = await disk.open(path, 'read')
  try {
    const bytes = Buffer.allocUnsafe(await file.size())
    return bytes.subarray(0, await file.read(0, bytes))
  } finally {
    await file.close()
  }
}
