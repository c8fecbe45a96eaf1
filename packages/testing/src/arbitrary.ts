import { type BatchOptions, encodeBatch } from '@millrace/model/batch-encoding'
import { advance, FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import type { RecordContent, RecordHeader } from '@millrace/model/record'
import { type BatchHeader, type Codec, readBatchHeader } from '@millrace/model/record-batch'
import * as fc from 'fast-check'

export interface ArbitraryBatch {
  readonly bytes: Uint8Array
  readonly header: BatchHeader
  readonly records: readonly RecordContent[]
}

export interface ArbitraryLogOptions {
  readonly maxBatches: number
  /** Offsets may skip between batches. Left out: they do not. */
  readonly gaps?: boolean
  /** Left out: 0. */
  readonly baseOffset?: Offset
}

/** What one log may hold: stamped batches, one after the other. */
export function arbitraryLog(
  options: ArbitraryLogOptions,
): fc.Arbitrary<readonly ArbitraryBatch[]> {
  const { maxBatches, gaps = false, baseOffset = FIRST_OFFSET } = options
  const batch = fc.record({
    records: fc.array(arbitraryRecord(), { minLength: 1, maxLength: 4 }),
    codec: arbitraryCodec(),
    gap: gaps ? fc.nat({ max: 3 }) : fc.constant(0),
  })
  return fc.array(batch, { maxLength: maxBatches }).map((batches) => {
    let nextOffset = baseOffset
    return batches.map(({ records, codec, gap }) => {
      const made = stampedBatch({ records, codec, baseOffset: advance(nextOffset, gap) })
      nextOffset = advance(made.header.lastOffset, 1)
      return made
    })
  })
}

/** One batch with its place in it. */
export function stampedBatch(
  batch: BatchOptions & { readonly records: readonly RecordContent[]; readonly baseOffset: Offset },
): ArbitraryBatch {
  const bytes = encodeBatch({ partitionLeaderEpoch: 0, ...batch })
  const header = readBatchHeader(bytes)
  if (header === undefined) throw new Error('What was encoded cannot be read.')
  return { bytes, header, records: batch.records }
}

/** Mostly short, sometimes empty. */
function arbitraryBytes(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 40 })
}

function arbitraryRecord(): fc.Arbitrary<RecordContent> {
  return fc.record({
    key: fc.option(arbitraryBytes()),
    value: fc.option(arbitraryBytes()),
    headers: fc.array(arbitraryRecordHeader(), { maxLength: 2 }),
    timestamp: arbitraryTimestamp(),
  })
}

function arbitraryRecordHeader(): fc.Arbitrary<RecordHeader> {
  return fc.record({ name: fc.string({ maxLength: 8 }), value: fc.option(arbitraryBytes()) })
}

/** Close together, so that equal ones and ones that go back are common. */
function arbitraryTimestamp(): fc.Arbitrary<number> {
  return fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_050 })
}

function arbitraryCodec(): fc.Arbitrary<Codec> {
  return fc.constantFrom('none', 'none', 'gzip', 'snappy', 'lz4', 'zstd')
}
