/**
 * The aborted transactions that end in one segment: `<base offset>.txnindex`, 34-byte entries, big-endian.
 *
 *     at  field               notes
 *      0  version        i16  0
 *      2  producer id    i64
 *     10  first offset   i64
 *     18  last offset    i64  the abort marker's
 *     26  stable offset  i64  the last stable offset when the marker was written
 *
 * Kafka's; Millrace reads it in what was brought in, and can make it again from the batches. No file: none was
 * aborted.
 *
 * Invariants
 *   - last offsets ascend, and lie in the segment that the file belongs to;
 *   - first offsets may lie in earlier segments.
 */
import type { Disk } from '@millrace/disk/disk'
import { LogError } from '@millrace/model/log-error'
import { type Offset, toOffset } from '@millrace/model/offset'

/** The producer's records in [firstOffset, lastOffset] never happened. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: Offset
  /** The abort marker's. */
  readonly lastOffset: Offset
  readonly lastStableOffset: Offset
}

/** All entries, in order. CORRUPT_SEGMENT when the file is not such an index: then aborted records would be read. */
export async function readTransactionIndex(
  disk: Disk,
  path: string,
): Promise<readonly AbortedTransaction[]> {
  const found = await disk.stat(path)
  if (found === undefined || found.size === 0) return []
  if (found.size > TRANSACTION_INDEX_BYTES_MAX) throw damaged(path, 0)
  const file = await disk.open(path, 'read')
  try {
    const bytes = Buffer.allocUnsafe(found.size)
    const got = await file.read(0, bytes)
    return decodeTransactionIndex(bytes.subarray(0, got), path)
  } finally {
    await file.close()
  }
}

/** `path` is for the message only. */
export function decodeTransactionIndex(bytes: Buffer, path: string): readonly AbortedTransaction[] {
  const transactions: AbortedTransaction[] = []
  for (let at = 0; at < bytes.length; at += TRANSACTION_INDEX_ENTRY_SIZE) {
    const transaction = decodeEntry(bytes, at)
    if (transaction === undefined) throw damaged(path, at)
    transactions.push(transaction)
  }
  return transactions
}

export function encodeTransactionIndex(transactions: readonly AbortedTransaction[]): Buffer {
  const bytes = Buffer.alloc(transactions.length * TRANSACTION_INDEX_ENTRY_SIZE)
  for (const [slot, transaction] of transactions.entries()) {
    const at = slot * TRANSACTION_INDEX_ENTRY_SIZE
    bytes.writeInt16BE(VERSION, at)
    bytes.writeBigInt64BE(BigInt(transaction.producerId), at + PRODUCER_ID_AT)
    bytes.writeBigInt64BE(BigInt(transaction.firstOffset), at + FIRST_OFFSET_AT)
    bytes.writeBigInt64BE(BigInt(transaction.lastOffset), at + LAST_OFFSET_AT)
    bytes.writeBigInt64BE(BigInt(transaction.lastStableOffset), at + LAST_STABLE_OFFSET_AT)
  }
  return bytes
}

export const TRANSACTION_INDEX_ENTRY_SIZE = 34
/** Two million aborted transactions in one segment. */
const TRANSACTION_INDEX_BYTES_MAX = 64 * 1024 * 1024

const VERSION = 0
const PRODUCER_ID_AT = 2
const FIRST_OFFSET_AT = 10
const LAST_OFFSET_AT = 18
const LAST_STABLE_OFFSET_AT = 26

function decodeEntry(bytes: Buffer, at: number): AbortedTransaction | undefined {
  if (bytes.length - at < TRANSACTION_INDEX_ENTRY_SIZE) return undefined
  if (bytes.readInt16BE(at) !== VERSION) return undefined
  const producerId = Number(bytes.readBigInt64BE(at + PRODUCER_ID_AT))
  const firstOffset = toOffset(bytes.readBigInt64BE(at + FIRST_OFFSET_AT))
  const lastOffset = toOffset(bytes.readBigInt64BE(at + LAST_OFFSET_AT))
  const lastStableOffset = toOffset(bytes.readBigInt64BE(at + LAST_STABLE_OFFSET_AT))
  if (firstOffset === undefined || lastOffset === undefined || lastStableOffset === undefined) {
    return undefined
  }
  if (firstOffset > lastOffset || !Number.isSafeInteger(producerId)) return undefined
  return { producerId, firstOffset, lastOffset, lastStableOffset }
}

function damaged(path: string, at: number): LogError {
  return new LogError('CORRUPT_SEGMENT', `${path}, byte ${at}: not an aborted transaction.`)
}
