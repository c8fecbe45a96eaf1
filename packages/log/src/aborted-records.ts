import type { Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { AbortedTransaction, Segment } from './segment.ts'

/** Whether readers are to see the batch: no control records, nothing of a transaction that was aborted. */
export function isForReaders(header: BatchHeader, aborted: readonly AbortedTransaction[]): boolean {
  if (header.isControl) return false
  if (!header.isTransactional) return true
  return !aborted.some(
    (transaction) =>
      transaction.producerId === header.producerId &&
      transaction.firstOffset <= header.baseOffset &&
      header.baseOffset <= transaction.lastOffset,
  )
}

/**
 * The aborted transactions that touch [fromOffset, untilOffset). Each stands with the segment of its abort
 * marker, which may be a later one than its records.
 */
export async function abortedTransactions(
  segments: readonly Segment[],
  fromOffset: Offset,
  untilOffset: Offset,
): Promise<readonly AbortedTransaction[]> {
  const found: AbortedTransaction[] = []
  for (const segment of segments) {
    const inSegment = await segment.abortedTransactions(fromOffset, untilOffset)
    found.push(...inSegment)
    if (inSegment.some((transaction) => transaction.lastStableOffset >= untilOffset)) break
  }
  return found
}
