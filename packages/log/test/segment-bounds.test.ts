import { NODE_DISK } from '@millrace/disk/node-disk'
import { FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import { stampedBatch } from '@millrace/testing/arbitrary'
import { type DiskCall, FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { Segment } from '../src/segment.ts'
import { extentOf, modelOf, NO_LIMITS, SMALL_SEGMENT } from './segment-model.ts'

const KiB = 1024
const MiB = 1024 * KiB
const OPTIONS = { ...SMALL_SEGMENT, indexIntervalBytes: 4 * KiB, segmentIndexBytes: 10 * MiB }
/** 12 MiB in all. */
const MODEL = modelOf(batchesOf(1200, 10 * KiB))

test('opening a segment touches no file', () => {
  const calls: DiskCall[] = []
  Segment.open(watched(calls), '/nowhere', { ...OPTIONS, ...extentOf(MODEL) })
  expect(calls).toEqual([])
})

test('a new segment makes its index files when there is something to put into them, or at its end', async () => {
  await using directory = await makeTempDirectory()
  await using segment = await Segment.create(NODE_DISK, directory.path, OPTIONS)
  await segment.write(segment.bytes, MODEL.batches.slice(0, 10))
  expect(await NODE_DISK.list(directory.path)).toHaveLength(1)
  await segment.seal()
  expect(await NODE_DISK.list(directory.path)).toHaveLength(3)
})

test('a segment is never read whole: a read takes its own bytes and a little of the indexes', async () => {
  await using directory = await makeTempDirectory()
  await writeAll(directory.path)
  for (const offset of [0, 600, 1199]) {
    const calls: DiskCall[] = []
    await using segment = Segment.open(watched(calls), directory.path, {
      ...OPTIONS,
      ...extentOf(MODEL),
    })
    await segment.read(offset as Offset, { ...NO_LIMITS, maxBytes: 64 * KiB })
    expect(bytesRead(calls, '.log'), `offset ${offset}`).toBeLessThan(64 * KiB + 64 * KiB)
    expect(bytesRead(calls, 'index'), `offset ${offset}`).toBeLessThan(100 * KiB)
  }
})

test('who reads on, reads nothing but the batches', async () => {
  await using directory = await makeTempDirectory()
  await writeAll(directory.path)
  const calls: DiskCall[] = []
  await using segment = Segment.open(watched(calls), directory.path, {
    ...OPTIONS,
    ...extentOf(MODEL),
  })
  const first = await segment.read(FIRST_OFFSET, { ...NO_LIMITS, maxBytes: MiB })
  calls.length = 0
  await segment.read(first.nextOffset, { ...NO_LIMITS, maxBytes: MiB })
  expect(calls.map(({ operation, bytes }) => ({ operation, bytes }))).toEqual([
    { operation: 'read', bytes: MiB },
  ])
})

test('a question of time is answered from a few kilobytes', async () => {
  await using directory = await makeTempDirectory()
  await writeAll(directory.path)
  const calls: DiskCall[] = []
  await using segment = Segment.open(watched(calls), directory.path, {
    ...OPTIONS,
    ...extentOf(MODEL),
  })
  const found = await segment.offsetForTimestamp(1_700_000_000_700, FIRST_OFFSET)
  expect(found?.offset).toBe(700)
  expect(bytesRead(calls, '.log')).toBeLessThan(400 * KiB)
})

test('a batch larger than what is asked for comes whole, and alone', async () => {
  await using directory = await makeTempDirectory()
  const model = modelOf(batchesOf(3, 200 * KiB))
  await using segment = await Segment.create(NODE_DISK, directory.path, OPTIONS)
  await segment.write(segment.bytes, model.batches)
  const run = await segment.read(1 as Offset, { ...NO_LIMITS, maxBytes: 10 })
  expect(run.headers).toEqual([model.batches[1]?.header])
  expect(Buffer.compare(run.bytes, model.batches[1]?.bytes ?? Buffer.alloc(0))).toBe(0)
})

async function writeAll(directory: string): Promise<void> {
  await using segment = await Segment.create(NODE_DISK, directory, OPTIONS)
  await segment.write(segment.bytes, MODEL.batches)
  await segment.seal()
}

function batchesOf(count: number, valueBytes: number) {
  return Array.from({ length: count }, (_, index) =>
    stampedBatch({
      baseOffset: index as Offset,
      records: [
        {
          key: null,
          value: Buffer.alloc(valueBytes, index),
          headers: [],
          timestamp: 1_700_000_000_000 + index,
        },
      ],
    }),
  )
}

function watched(calls: DiskCall[]): FaultyDisk {
  return new FaultyDisk(NODE_DISK, (call) => {
    calls.push(call)
    return undefined
  })
}

function bytesRead(calls: readonly DiskCall[], suffix: string): number {
  const reads = calls.filter(({ operation, path }) => operation === 'read' && path.endsWith(suffix))
  return reads.reduce((bytes, call) => bytes + call.bytes, 0)
}
