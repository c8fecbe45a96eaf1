import type { Offset } from '@millrace/model/offset'

declare const brand: unique symbol
/** A log's number in its store, never given twice: a topic made again has other ones. */
export type LogId = number & { readonly [brand]: 'LogId' }

/** What a read found: whole record batches, in order over the pieces. */
export interface LogRead {
  /** Whole batches, concatenated in each piece. The first may begin before the offset asked for. */
  readonly pieces: readonly Uint8Array[]
  readonly byteCount: number
  /** Where to go on. Past the offset asked for even without batches, when what was there is not for readers. */
  readonly nextOffset: Offset
}

export interface LogReadOptions {
  /** Of stored batches; the first batch is read even when it is larger. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

/** One partition: its segments, the batches that are not in them yet, its watermarks, its producers. */
export declare class Log {
  readonly id: LogId
  /** The name of its directory below `topics/`: `<topic>-<partition>`. */
  readonly name: string
  readonly logStartOffset: Offset
  /** The first offset not yet synced. */
  readonly highWatermark: Offset
  readonly logEndOffset: Offset
  /** Of its batches, on disk or on the way there. */
  readonly bytes: number
  readonly segmentCount: number

  /**
   * Whole batches at or after `fromOffset`, below the high watermark; control batches and batches of aborted
   * transactions are left out. OFFSET_OUT_OF_RANGE outside [logStartOffset, logEndOffset]; CORRUPT_SEGMENT
   * with `damagedFrom` and `nextReadableOffset`.
   */
  read(fromOffset: Offset, options: LogReadOptions): Promise<LogRead>
  /** Resolves once the high watermark is above `offset`, at once if it is. Rejects when aborted or removed. */
  waitForHighWatermark(above: Offset, signal?: AbortSignal): Promise<void>
  /** The first record at or after `timestamp` (epoch milliseconds), below the high watermark. */
  offsetForTimestamp(timestamp: number): Promise<Offset | undefined>
  /** The timestamp of the record at or after `offset`, in epoch milliseconds; undefined at the high watermark. */
  timestampAt(offset: Offset): Promise<number | undefined>
}
