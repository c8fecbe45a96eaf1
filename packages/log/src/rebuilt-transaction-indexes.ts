import type { Disk } from '@millrace/disk/disk'
import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import { scanBatches, type SoundBatches } from './batch-scanner.ts'
import { segmentBaseOffsets, segmentFilePath } from './segment-files.ts'
import { type AbortedTransaction, encodeTransactionIndex } from './transaction-index.ts'
import { TransactionTracker } from './transaction-tracker.ts'

export interface RebuiltTransactionIndexes {
  /** Of every segment, by base offset; empty where nothing was aborted: then Kafka has no file. */
  readonly indexes: ReadonlyMap<Offset, Buffer>
  /** Bytes that are no sound batches: what was aborted in them, or by them, is in no index. */
  readonly damagedBytes: number
}

/**
 * The `.txnindex` of every segment as Kafka would write it, from the batches and markers of the whole partition: a
 * transaction may begin segments before the one that has its end. Writes nothing.
 */
export async function rebuildTransactionIndexes(
  disk: Disk,
  directory: string,
): Promise<RebuiltTransactionIndexes> {
  const transactions = new TransactionTracker()
  const indexes = new Map<Offset, Buffer>()
  let damagedBytes = 0
  for (const baseOffset of segmentBaseOffsets(await disk.list(directory))) {
    const aborted: AbortedTransaction[] = []
    const file = await disk.open(segmentFilePath(directory, baseOffset, 'log'), 'read')
    try {
      const to = (await file.size()) as Position
      const range = { from: 0 as Position, to, nextOffset: baseOffset }
      for await (const scanned of scanBatches(file, {
        ...range,
        endOffset: OFFSET_MAX,
        gaps: true,
      })) {
        if (scanned.kind === 'batches') aborted.push(...abortedIn(scanned, transactions))
        else damagedBytes += scanned.endPosition - scanned.position
      }
    } finally {
      await file.close()
    }
    indexes.set(baseOffset, encodeTransactionIndex(aborted))
  }
  return { indexes, damagedBytes }
}

function* abortedIn(
  { bytes, headers }: SoundBatches,
  transactions: TransactionTracker,
): Generator<AbortedTransaction> {
  let at = 0
  for (const header of headers) {
    const ended = transactions.add(bytes, at, header)
    at += header.sizeInBytes
    // Without a batch of it here, there is nothing to leave out.
    if (ended?.isAborted !== true || ended.firstOffset === undefined) continue
    const { producerId, firstOffset, lastOffset } = ended
    // Up to the first of the transactions that are still open, everything is decided.
    const [undecided] = transactions.open.values()
    const lastStableOffset = undecided ?? ((lastOffset + 1) as Offset)
    yield { producerId, firstOffset, lastOffset, lastStableOffset }
  }
}
