import assert from 'node:assert/strict'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { readRecords } from '@millrace/http/record-json-reader'
import { IndexFile } from '@millrace/log/index-file'
import type { LogId } from '@millrace/log/log'
import { OFFSET_INDEX_ENTRY_SIZE, offsetIndexFormat } from '@millrace/log/offset-index'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { crc32c } from '@millrace/model/crc32c'
import { FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import { partitionOfKey } from '@millrace/model/partitioner'
import { hasValidCrc, readBatchHeader } from '@millrace/model/record-batch'
import type { Storage } from '@millrace/storage/storage'
import { Bench, type Task } from 'tinybench'
import type { Benchmark, Figure } from '../benchmark.ts'
import { openEngine } from '../engine.ts'
import { sampleRecords } from '../sample-records.ts'
import { amount } from '../turns.ts'

interface Part {
  readonly label: string
  /** What one call works on, where a rate in bytes says something. */
  readonly bytes?: number
  readonly call: () => unknown
}

export const parts: Benchmark = {
  name: 'parts',
  about:
    'The parts that every record passes, alone in one process, one call at a time (tinybench). No target: they are here ' +
    'so that a change shows.',
  async run({ directory, sliceSeconds }) {
    const { storage, logs } = await openEngine(join(directory, 'data'), 1)
    const [log] = logs
    assert(log !== undefined)
    const list = [
      ...codecParts(),
      jsonPart(),
      await indexPart(join(directory, 'full.index')),
      ...engineParts(storage, log),
    ]
    const bench = new Bench({ time: sliceSeconds * 1000, warmupTime: 200 })
    for (const { label, call } of list) bench.add(label, call)
    await bench.run()
    await storage.close()
    return { figures: bench.tasks.map((task) => figureOf(task, list)), verdicts: [] }
  },
}

function figureOf({ name, result }: Task, list: readonly Part[]): Figure {
  const part = list.find(({ label }) => label === name)
  if (result.state !== 'completed' || part === undefined)
    return { label: name, value: result.state }
  const { mean, p50 } = result.latency
  const perSecond = 1000 / (p50 > CLOCK_STEP_MS ? p50 : mean)
  const rate = `${amount(perSecond)} calls/s`
  if (part.bytes === undefined) return { label: name, value: rate }
  return { label: name, value: `${rate}, ${amount((perSecond * part.bytes) / 2 ** 20)} MiB/s` }
}

/** Of shorter calls the median is what the clock can tell apart; the mean says more. */
const CLOCK_STEP_MS = 0.01

/** A lookup in an index of the largest size that a topic has by default. */
async function indexPart(path: string): Promise<Part> {
  const entries = (10 * 2 ** 20) / OFFSET_INDEX_ENTRY_SIZE
  const index = new IndexFile(NODE_DISK, path, offsetIndexFormat(FIRST_OFFSET), 'write')
  for (let entry = 0; entry < entries; entry++) {
    index.append({ offset: (entry * 4) as Offset, position: (entry * 1024) as Position })
  }
  await index.write(undefined)
  let turn = 0
  return {
    label: 'look up an offset in an index of 10 MiB',
    call: () => {
      const wanted = (turn++ * 7919) % (entries * 4)
      return index.floor(({ offset }) => offset <= wanted)
    },
  }
}

function engineParts(storage: Storage, log: LogId): readonly Part[] {
  const batch = encodeBatch({ records: sampleRecords(1, 1024) })
  return [
    {
      label: 'append 1 KiB, durable',
      bytes: batch.length,
      call: () => storage.append([{ kind: 'batches', log, bytes: new Uint8Array(batch) }]),
    },
    {
      label: 'read the last batch',
      bytes: batch.length,
      call: () => {
        const last = storage.log(log)
        return last?.read((last.highWatermark - 1) as Offset, { maxBytes: 1 })
      },
    },
  ]
}

/** Texts just long enough to be searched natively, so that a search that does not end where they end shows. */
function jsonPart(): Part {
  const record = `{"key":"user-4711","valueText":"${'t'.repeat(70)}"}`
  const body = Buffer.from(`{"records":[${Array.from({ length: 10_000 }, () => record).join()}]}`)
  const reading = { recordMaxBytes: 2 ** 20, nowMs: 0 }
  return {
    label: 'read 10,000 records of JSON',
    bytes: body.length,
    call: () => readRecords(body, reading),
  }
}

function codecParts(): readonly Part[] {
  const records = sampleRecords(100, 1024)
  const limits = { maxBytes: 2 ** 24 }
  const batch = encodeBatch({ records })
  const header = readBatchHeader(batch)
  if (header === undefined) throw new TypeError('our own batch cannot be read')
  const compressed = encodeBatch({ records, codec: 'zstd' })
  const compressedHeader = readBatchHeader(compressed)
  if (compressedHeader === undefined) throw new TypeError('our own batch cannot be read')
  const key = new TextEncoder().encode('user-4711')
  const bytes = batch.length
  return [
    { label: 'encode a batch of 100 × 1 KiB', bytes, call: () => encodeBatch({ records }) },
    { label: 'the same with zstd', bytes, call: () => encodeBatch({ records, codec: 'zstd' }) },
    { label: 'decode it', bytes, call: () => decodeRecords(batch, 0, header, limits) },
    {
      label: 'decode it from zstd',
      bytes,
      call: () => decodeRecords(compressed, 0, compressedHeader, limits),
    },
    { label: 'check its CRC-32C', bytes, call: () => hasValidCrc(batch, 0, header) },
    { label: 'CRC-32C of 64 bytes', bytes: 64, call: () => crc32c(batch.subarray(0, 64)) },
    { label: 'read a batch header', call: () => readBatchHeader(batch) },
    { label: 'route a key', call: () => partitionOfKey(key, 12) },
  ]
}
