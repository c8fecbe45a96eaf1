import { decodeRecords } from '@millrace/model/batch-decoding'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { crc32c } from '@millrace/model/crc32c'
import { partitionOfKey } from '@millrace/model/partitioner'
import { hasValidCrc, readBatchHeader } from '@millrace/model/record-batch'
import { Bench } from 'tinybench'
import type { Benchmark, Figure } from '../benchmark.ts'
import { sampleRecords } from '../sample-records.ts'
import { amount } from '../turns.ts'

/** What one call of a part works on, so that a rate can be given in bytes too. */
interface Part {
  readonly label: string
  readonly bytes: number
  readonly call: () => unknown
}

export const parts: Benchmark = {
  name: 'parts',
  about:
    'The parts that every record passes, alone in one process (tinybench). No target: they are here so that a change ' +
    'shows.',
  async run({ sliceSeconds }) {
    const list = codecParts()
    const bench = new Bench({ time: sliceSeconds * 1000, warmupTime: 200 })
    for (const { label, call } of list) bench.add(label, call)
    await bench.run()
    const figures = bench.tasks.map(({ name, result }): Figure => {
      const part = list.find(({ label }) => label === name)
      if (result.state !== 'completed' || part === undefined)
        return { label: name, value: result.state }
      const perSecond = 1000 / result.latency.mean
      const bytes = amount((perSecond * part.bytes) / 2 ** 20)
      return { label: name, value: `${amount(perSecond)} calls/s, ${bytes} MiB/s` }
    })
    return { figures, verdicts: [] }
  },
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
    { label: 'read a batch header', bytes: 61, call: () => readBatchHeader(batch) },
    { label: 'route a key', bytes: key.length, call: () => partitionOfKey(key, 12) },
  ]
}
