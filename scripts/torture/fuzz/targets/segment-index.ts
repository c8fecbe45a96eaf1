import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Offset, Position } from '@millrace/model/offset'
import { Segment } from '@millrace/log/segment'
import { MemoryDisk } from '../../damage/memory-disk.ts'

/** With these bytes as its indexes, a segment answers as it would without any. */
export async function expectIndexIsHint(index: Buffer): Promise<void> {
  const files = new Map([
    ['/log/00000000000000000000.log', LOG],
    ['/log/00000000000000000000.index', index],
    ['/log/00000000000000000000.timeindex', index],
  ])
  const disk = new MemoryDisk({ directories: new Set(['/', '/log']), files })
  await using segment = Segment.open(disk, '/log', {
    baseOffset: 0 as Offset,
    bytes: LOG.length as Position,
    nextOffset: BATCHES as Offset,
    indexIntervalBytes: 0,
    segmentIndexBytes: 1_000_000,
    gaps: false,
  })
  const at = (index[0] ?? 0) % BATCHES
  const limits = { maxBytes: 1, untilOffset: BATCHES as Offset }
  const { headers } = await segment.read(at as Offset, limits)
  if (headers[0]?.baseOffset !== at) throw new Error(`Asked for ${at}, it read another batch.`)
  const found = await segment.offsetForTimestamp(timestampOf(at), 0 as Offset)
  if (found?.offset !== at)
    throw new Error(`Asked for the time of ${at}, it found ${found?.offset}.`)
}

const BATCHES = 12
const LOG = Buffer.concat(Array.from({ length: BATCHES }, (_, index) => batchAt(index)))

function timestampOf(offset: number): number {
  return 1_700_000_000_000 + offset * 10
}

function batchAt(offset: number): Uint8Array {
  const record = {
    key: null,
    value: Buffer.from('value'),
    headers: [],
    timestamp: timestampOf(offset),
  }
  return encodeBatch({
    records: [record],
    partitionLeaderEpoch: 0,
    baseOffset: offset as Offset,
  })
}
