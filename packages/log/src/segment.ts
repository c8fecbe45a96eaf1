import type { Disk } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'

/** A whole batch with its place already in it. */
export interface StampedBatch {
  readonly bytes: Uint8Array
  readonly header: BatchHeader
}

export interface SegmentOptions {
  readonly baseOffset: Offset
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  /** Offsets may skip, never fall: a log brought in after compaction. Otherwise a gap is damage. */
  readonly gaps: boolean
}

/** How far a segment that is opened goes. Whatever the file holds beyond is not part of it. */
export interface SegmentExtent {
  readonly bytes: Position
  /** The next segment's base offset, or the log end offset. */
  readonly nextOffset: Offset
  /** Index bytes beyond these are not believed (an active segment). None: the whole files (a sealed one). */
  readonly syncedIndexes?: IndexSizes
}

export interface IndexSizes {
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
}

/** Whole batches, one after the other, each with a right CRC and each where the one before ends. */
export interface BatchRun {
  readonly bytes: Uint8Array
  /** Of the batches in `bytes`, in order. */
  readonly headers: readonly BatchHeader[]
  /** After the last batch; what was asked for when there is none. */
  readonly nextOffset: Offset
}

/** At the next checkpoint, write the indexes of a segment that has more than this without synced index entries. */
export const UNCOVERED_BYTES_MAX = 4 * 1024 * 1024

/**
 * One `.log` file with its indexes. Opening reads nothing: indexes are looked at when first needed, and what they
 * lack is remade from the batches. One writer at a time; readers may read meanwhile, up to `nextOffset`.
 */
export class Segment {
  readonly baseOffset: Offset

  /** Makes the `.log` file; it must not exist. The directory is the caller's to sync. */
  static async create(_disk: Disk, _directory: string, _options: SegmentOptions): Promise<Segment> {
    throw new Error('being written')
  }

  /** No file is touched. For a segment that is to be written again from its start, `bytes` is 0. */
  static open(_disk: Disk, _directory: string, _options: SegmentOptions & SegmentExtent): Segment {
    throw new Error('being written')
  }

  private constructor(baseOffset: Offset) {
    this.baseOffset = baseOffset
  }

  get bytes(): Position {
    throw new Error('being written')
  }

  get nextOffset(): Offset {
    throw new Error('being written')
  }

  /** Bytes at the end that no synced index entry covers. */
  get uncoveredBytes(): number {
    throw new Error('being written')
  }

  /** For the checkpoint: as far as the indexes are on disk for certain. */
  get syncedIndexes(): IndexSizes {
    throw new Error('being written')
  }

  /**
   * Whether both indexes surely have room for what `pendingBytes` (stamped, not yet written here) may add:
   * false is Kafka's `isFull`, and calls for a roll.
   */
  hasIndexRoom(_pendingBytes: number): boolean {
    throw new Error('being written')
  }

  /**
   * Writes whole, stamped batches at `position`, which must be `bytes`: the end. A failed or short write changes
   * nothing here and may be repeated at the same position; in replay the file may already have these bytes.
   */
  async write(_position: Position, _batches: readonly StampedBatch[]): Promise<void> {
    throw new Error('being written')
  }

  /** Writes the index entries that are only in memory. May be repeated when it fails. Does not sync. */
  async writeIndexes(): Promise<void> {
    throw new Error('being written')
  }

  /** fdatasync of every file of this segment written since the last. A failure is never to be retried. */
  async sync(): Promise<void> {
    throw new Error('being written')
  }

  /**
   * Ends writing: Kafka's closing time-index entry, index files of exact length. May be repeated when it fails.
   * Does not sync: `sync()` does, of a roll with the next checkpoint.
   */
  async seal(): Promise<void> {
    throw new Error('being written')
  }

  /**
   * Whole batches from the first one that ends at or after `fromOffset`, below `untilOffset`, up to `maxBytes` but
   * at least one. Its `nextOffset` is `fromOffset` when this segment has none. CORRUPT_SEGMENT (`damagedFrom`,
   * `nextReadableOffset`) when the first batch is damaged; before a later damaged one the run ends.
   */
  async read(
    _fromOffset: Offset,
    _limits: { readonly maxBytes: number; readonly untilOffset: Offset },
  ): Promise<BatchRun> {
    throw new Error('being written')
  }

  /** The first record at or after `fromOffset` whose timestamp is `timestamp` or later. */
  async offsetForTimestamp(
    _timestamp: number,
    _fromOffset: Offset,
  ): Promise<{ readonly offset: Offset; readonly timestamp: number } | undefined> {
    throw new Error('being written')
  }

  /** Of all records. Undefined when the segment is empty. */
  async largestTimestamp(): Promise<number | undefined> {
    throw new Error('being written')
  }

  /** The first batch's largest, by which Kafka measures `segmentMs`. Undefined when the segment is empty. */
  async firstTimestamp(): Promise<number | undefined> {
    throw new Error('being written')
  }

  /** Headers of the batches that end at or after `fromOffset`. CORRUPT_SEGMENT at damage. */
  headersFrom(_fromOffset: Offset): AsyncIterable<BatchHeader> {
    throw new Error('being written')
  }

  /** Of aborted transactions that touch [fromOffset, untilOffset), by `.txnindex`; none without that file. */
  async abortedTransactions(
    _fromOffset: Offset,
    _untilOffset: Offset,
  ): Promise<readonly AbortedTransaction[]> {
    throw new Error('being written')
  }

  /** Truncates the log to a batch boundary, and the indexes with it. Repair only. */
  async cutTo(_bytes: Position, _nextOffset: Offset): Promise<void> {
    throw new Error('being written')
  }

  /** Closes the files, writing nothing: `seal` or `writeIndexes` first, to keep the indexes. */
  async close(): Promise<void> {
    throw new Error('being written')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** The producer's records in [firstOffset, lastOffset] never happened. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: Offset
  /** The abort marker's offset. */
  readonly lastOffset: Offset
  readonly lastStableOffset: Offset
}
