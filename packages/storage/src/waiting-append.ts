import { ITEM_HEADER_SIZE } from '@millrace/journal/entry'
import type { LogId } from '@millrace/log/log'
import { headersOf } from '@millrace/log/log-end'
import { LogError } from '@millrace/model/log-error'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { Change, ChangeOutcome } from './change.ts'

/** An append that no entry has yet. */
export interface WaitingAppend {
  readonly parts: readonly AppendPart[]
  /** No more than this goes into the entry for it. */
  readonly sizeMax: number
  readonly resolve: (outcomes: readonly ChangeOutcome[]) => void
  readonly reject: (error: unknown) => void
}

export interface AppendPart {
  readonly change: Change
  /** Of `batches`. */
  readonly headers: readonly BatchHeader[]
}

/** CORRUPT_BATCH when the bytes are not whole batches. Their CRCs are the caller's to have checked. */
export function toParts(changes: readonly Change[]): readonly AppendPart[] {
  return changes.map((change, index) => {
    if (change.kind !== 'batches') return { change, headers: [] }
    const headers = headersOf(change.bytes)
    if (headers === undefined || headers.length === 0) {
      throw new LogError('CORRUPT_BATCH', 'Whole record batches are needed, at least one.', {
        index,
        appended: false,
      })
    }
    return { change, headers }
  })
}

export function sizeMaxOf(parts: readonly AppendPart[]): number {
  let size = 0
  for (const { change, headers } of parts) {
    if (change.kind === 'batches') {
      // At worst each batch begins a segment, and is an item of its own.
      size += change.bytes.length + headers.length * ITEM_HEADER_SIZE
    } else if (change.kind === 'derived') {
      size += change.maxBytes * 2 + ITEM_HEADER_SIZE
    } else {
      size += CREATE_BYTES_MAX + ITEM_HEADER_SIZE
    }
  }
  return size
}

/** The logs that must be loaded before batches can be placed in them. */
export function* logsOfBatches(append: WaitingAppend): Generator<LogId> {
  for (const { change } of append.parts) {
    if (change.kind === 'batches' || change.kind === 'derived') yield change.log
  }
}

const CREATE_BYTES_MAX = 1024
