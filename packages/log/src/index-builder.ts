import assert from 'node:assert/strict'
import type { Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { type BatchFile, type BatchStart, startAfter } from './batch-file.ts'
import type { OffsetIndexEntry } from './offset-index.ts'
import type { TimeIndexEntry } from './time-index.ts'

export interface NewEntries {
  readonly offset: OffsetIndexEntry
  /** None when no later timestamp came since the last one. */
  readonly time: TimeIndexEntry | undefined
}

/** Kafka's rule for when a batch gets index entries, fed batch by batch; the same batches make the same files. */
export class IndexBuilder {
  readonly #intervalBytes: number
  #bytesSinceEntry = 0
  #largest: TimeIndexEntry | undefined
  #lastTimestamp = NO_TIMESTAMP

  /** `largest`: of the batches before, as the last time-index entry has it, when building goes on after an entry. */
  constructor(intervalBytes: number, largest: TimeIndexEntry | undefined) {
    this.#intervalBytes = intervalBytes
    this.#largest = largest
    this.#lastTimestamp = largest?.timestamp ?? NO_TIMESTAMP
  }

  /** The largest timestamp so far, and the last offset of the first batch that had it. */
  get largest(): TimeIndexEntry | undefined {
    return this.#largest
  }

  /** Takes the batch at `position`; answers with the entries that it gets. */
  add(
    header: Pick<BatchHeader, 'lastOffset' | 'maxTimestamp' | 'sizeInBytes'>,
    position: Position,
  ): NewEntries | undefined {
    if (header.maxTimestamp > (this.#largest?.timestamp ?? NO_TIMESTAMP)) {
      this.#largest = { timestamp: header.maxTimestamp, offset: header.lastOffset }
    }
    const isDue = this.#bytesSinceEntry > this.#intervalBytes
    this.#bytesSinceEntry = (isDue ? 0 : this.#bytesSinceEntry) + header.sizeInBytes
    if (!isDue) return undefined
    return { offset: { offset: header.lastOffset, position }, time: this.#takeTimeEntry() }
  }

  /** The batch that the last entry names: what follows is counted from it. */
  continueAfterEntry(header: Pick<BatchHeader, 'sizeInBytes'>): void {
    assert.equal(this.#bytesSinceEntry, 0)
    this.#bytesSinceEntry = header.sizeInBytes
  }

  /** Kafka's last time-index entry of a segment that is no longer written. Changes nothing here. */
  closingEntry(): TimeIndexEntry | undefined {
    const isNew = this.#largest !== undefined && this.#largest.timestamp > this.#lastTimestamp
    return isNew ? this.#largest : undefined
  }

  #takeTimeEntry(): TimeIndexEntry | undefined {
    const entry = this.closingEntry()
    if (entry !== undefined) this.#lastTimestamp = entry.timestamp
    return entry
  }
}

/** A record without a timestamp has this one. */
const NO_TIMESTAMP = -1

/** Adds what the batches from `from` on get to `entries`; damage has none. Answers where it ended. */
export async function collectEntries(
  batches: BatchFile,
  from: BatchStart,
  builder: IndexBuilder,
  entries: NewEntries[],
): Promise<BatchStart> {
  let end = from
  for await (const scanned of batches.scan(from)) {
    if (scanned.kind === 'damage') {
      const nextOffset = scanned.nextReadableOffset ?? batches.nextOffset
      end = { position: scanned.endPosition, nextOffset }
      continue
    }
    end = { position: scanned.position, nextOffset: end.nextOffset }
    for (const header of scanned.headers) {
      const made = builder.add(header, end.position)
      if (made !== undefined) entries.push(made)
      end = startAfter(end.position, header)
    }
  }
  return end
}
