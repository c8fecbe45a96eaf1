import { readFileSync } from 'node:fs'

/** A byte sequence that Kafka's own code wrote, and what Kafka's own code reads in it. */
export interface GoldenEntry {
  readonly name: string
  readonly about: string
  readonly hex: string
  readonly batches: readonly GoldenBatch[]
}

export interface GoldenBatch {
  readonly baseOffset: string
  readonly lastOffset: string
  readonly sizeInBytes: number
  readonly partitionLeaderEpoch: number
  readonly crc: number
  readonly compression: string
  readonly timestampType: string
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly deleteHorizonMs: string | null
  readonly baseTimestamp: string
  readonly maxTimestamp: string
  readonly producerId: string
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly count: number
  readonly isValid: boolean
  readonly records: readonly GoldenRecord[]
}

export interface GoldenRecord {
  readonly offset: string
  readonly timestamp: string
  readonly keyHex: string | null
  readonly valueHex: string | null
  readonly headers: readonly { readonly key: string; readonly valueHex: string | null }[]
}

export const GOLDEN = JSON.parse(
  readFileSync(new URL('./fixtures/record-batches.json', import.meta.url), 'utf8'),
) as readonly GoldenEntry[]

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
