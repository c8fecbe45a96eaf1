import { readFileSync } from 'node:fs'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { stampCrc } from '@millrace/model/batch-stamp'
import { LogError } from '@millrace/model/log-error'
import { checkProducedBatch } from '@millrace/model/produced-batch'
import {
  BATCH_HEADER_SIZE,
  type BatchHeader,
  hasValidCrc,
  LENGTH_AT,
  LOG_OVERHEAD,
  readBatchHeader,
} from '@millrace/model/record-batch'
import type { FuzzTarget } from '../fuzz-target.ts'

export const batches: FuzzTarget = {
  name: 'batches',
  about: 'the decoder of record batches and to the check of what a client sent',
  modules: [
    'batch-decoding.ts',
    'byte-cursor.ts',
    'compressed-bytes.ts',
    'compression-node.ts',
    'lz4-frame.ts',
    'produced-batch.ts',
    'record-batch.ts',
    'record-codec.ts',
    'snappy.ts',
    'utf8.ts',
  ],
  tokens: [
    '0000000000000000',
    'ffffffff0f',
    '01',
    '00',
    'ffffffffffffffff01',
    '1f8b08',
    '28b52ffd',
  ].map((hex) => Buffer.from(hex, 'hex')),
  seeds: () => [...goldenBatches(), ...ownBatches(), ...bombs()],
  mend(input) {
    if (input.length < BATCH_HEADER_SIZE) return
    input.writeInt32BE(input.length - LOG_OVERHEAD, LENGTH_AT)
    stampCrc(input, 0)
  },
  run(input) {
    const header = readBatchHeader(input)
    if (header !== undefined) decode(input, header)
    // It may put the largest timestamp right, in place.
    const isSound = isAccepted(Buffer.from(input))
    if (
      isSound &&
      (header === undefined || !hasValidCrc(input, 0, header) || !decode(input, header))
    ) {
      throw new Error('A batch that cannot be read was taken from a client.')
    }
  },
}

const LIMITS = { maxBatchBytes: 300_000, maxRecordBytes: 200_000, maxDecompressedBytes: 400_000 }

/** False when it was refused. */
function decode(input: Buffer, header: BatchHeader): boolean {
  const limit = { maxBytes: LIMITS.maxDecompressedBytes }
  const records = unlessRefused(['CORRUPT_BATCH'], () => decodeRecords(input, 0, header, limit))
  if (records === undefined) return false
  if (records.length !== header.recordCount)
    throw new Error('There are more or fewer than counted.')
  let bytes = 0
  for (const { headers, key, value } of records) {
    bytes += (key?.length ?? 0) + (value?.length ?? 0)
    for (const each of headers) bytes += each.value?.length ?? 0
  }
  const bytesMax = Math.max(LIMITS.maxDecompressedBytes, input.length)
  if (bytes > bytesMax) throw new Error(`${bytes} bytes were made, and ${bytesMax} are allowed.`)
  return true
}

function isAccepted(input: Buffer): boolean {
  const header = unlessRefused(['CORRUPT_BATCH', 'INVALID_RECORD', 'RECORD_TOO_LARGE'], () =>
    checkProducedBatch(input, 0, LIMITS),
  )
  return header !== undefined
}

function unlessRefused<T>(codes: readonly string[], work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof LogError && codes.includes(error.code)) return undefined
    throw error
  }
}

function goldenBatches(): readonly Buffer[] {
  const path = '../../../../packages/model/test/fixtures/record-batches.json'
  const text = readFileSync(new URL(path, import.meta.url), 'utf8')
  const golden = JSON.parse(text) as readonly { readonly hex: string }[]
  return golden.map(({ hex }) => Buffer.from(hex, 'hex'))
}

function ownBatches(): readonly Buffer[] {
  const records = Array.from({ length: 4 }, (_, index) => ({
    key: index % 2 === 0 ? Buffer.from(`key ${index}`) : null,
    value: Buffer.from('a value, a value, a value'),
    headers: [{ name: 'näme', value: index === 1 ? null : Buffer.from('x') }],
    timestamp: 1_700_000_000_000 + index,
  }))
  return CODECS.map((codec) => Buffer.from(encodeBatch({ records, codec })))
}

/** Far more, once decompressed, than is allowed. */
function bombs(): readonly Buffer[] {
  const record = { key: null, value: Buffer.alloc(1_500_000), headers: [], timestamp: 0 }
  return CODECS.slice(1).map((codec) => Buffer.from(encodeBatch({ records: [record], codec })))
}

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
