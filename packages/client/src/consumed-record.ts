import type { RecordHeader } from '@millrace/model/record'

/** A record as it was read. Key, value and header values are bytes: see `textOf` and `jsonOf`. */
export interface ConsumedRecord {
  readonly topic: string
  readonly partition: number
  /** The record's place in its partition. */
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  /** Null is a tombstone. */
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** Bytes as text. Bytes that are not UTF-8 become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Bytes as the JSON that they are; SyntaxError when they are not. */
export function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes))
}

const decoder = new TextDecoder()
