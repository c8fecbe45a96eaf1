import * as fc from 'fast-check'
import type { RecordContent, RecordHeader } from '../src/record.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

/** Whole code points only: a lone surrogate cannot be written as UTF-8 and read back. */
const anyHeader: fc.Arbitrary<RecordHeader> = fc.record({
  name: fc.string({ unit: 'binary', maxLength: 12 }),
  value: fc.option(bytes(20)),
})

/** Any record that can be written: null and empty keys and values, times from the far past to the far future. */
export const anyRecord: fc.Arbitrary<RecordContent> = fc.record({
  key: fc.option(bytes(20)),
  value: fc.option(bytes(200)),
  headers: fc.array(anyHeader, { maxLength: 3 }),
  timestamp: fc.oneof(
    fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
    fc.integer({ min: -1, max: 2 ** 51 }),
  ),
})

export const someRecords = fc.array(anyRecord, { minLength: 1, maxLength: 20 })

export const anyCodec = fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd')
