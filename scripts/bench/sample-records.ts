import { encodeBatch } from '@millrace/model/batch-encoding'
import type { RecordContent } from '@millrace/model/record'

/** Records as an application might send them: a short key, JSON of about `valueBytes`, a header. */
export function sampleRecords(count: number, valueBytes: number): readonly RecordContent[] {
  const encoder = new TextEncoder()
  const trace = [{ name: 'trace', value: encoder.encode('4bf92f3577b34da6') }]
  return Array.from({ length: count }, (_, index) => ({
    key: encoder.encode(`user-${index % 1000}`),
    value: encoder.encode(sampleJson(index, valueBytes)),
    headers: trace,
    timestamp: FIRST_TIMESTAMP + index,
  }))
}

/** One batch, uncompressed, as close below `bytes` as whole records of 1 KiB come. */
export function sampleBatch(bytes: number): Uint8Array {
  const [record] = sampleRecords(1, 1024)
  if (record === undefined) throw new RangeError('a record was asked for')
  const single = encodeBatch({ records: [record] }).length
  const count = Math.max(1, Math.floor((bytes - 100) / (single - 50)))
  return encodeBatch({ records: sampleRecords(count, 1024) })
}

/** A JSON object of `bytes` bytes, of words and numbers, different for every index. */
export function sampleJson(index: number, bytes: number): string {
  const head = `{"id":${index},"user":"user-${index % 1000}","total":${(index * 7) % 10_007}.25,"note":"`
  const filler = 'the quick brown fox jumps over the lazy dog and '
  const length = Math.max(0, bytes - head.length - 2)
  return `${head}${filler.repeat(Math.ceil(length / filler.length)).slice(0, length)}"}`
}

/** Today, so that retention lets them be. */
const FIRST_TIMESTAMP = Date.now()
