import type { Offset } from './offset.ts'

export interface RecordHeader {
  readonly name: string
  readonly value: Uint8Array | null
}

/** A record before it has a place: what a producer sends. */
export interface RecordContent {
  readonly key: Uint8Array | null
  /** Null is a tombstone. */
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

/** A record in its partition. */
export interface LogRecord extends RecordContent {
  readonly offset: Offset
}
