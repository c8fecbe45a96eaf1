import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import { arbitraryLog, stampedBatch } from '@millrace/testing/arbitrary'
import { type DiskCall, FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Segment, type SegmentOptions } from '../src/segment.ts'
import {
  bytesOf,
  expectedByTime,
  expectedHeaders,
  expectedLargest,
  extentOf,
  modelOf,
  NO_LIMITS,
  SMALL_SEGMENT,
  writeSegment,
} from './segment-model.ts'

describe.each([
  { what: 'dense offsets', gaps: false },
  { what: 'offsets with gaps', gaps: true },
])('with $what', ({ gaps }) => {
  const options: SegmentOptions = { ...SMALL_SEGMENT, gaps }

  test('a segment answers as a plain list of its batches would, written, sealed or opened again', async () => {
    const question = fc.record({
      fromOffset: fc.nat({ max: 60 }),
      maxBytes: fc.nat({ max: 600 }),
      untilOffset: fc.nat({ max: 80 }),
      timestamp: fc.integer({ min: 1_699_999_999_999, max: 1_700_000_000_051 }),
    })
    await fc.assert(
      fc.asyncProperty(
        arbitraryLog({ maxBatches: 24, gaps }),
        fc.array(question, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('written', 'sealed', 'opened', 'opened without indexes'),
        async (batches, questions, state) => {
          await using directory = await makeTempDirectory()
          const model = modelOf(batches)
          await using written = await writeSegment(directory.path, batches, options)
          if (state === 'sealed' || state === 'opened') await written.seal()
          await using segment = state.startsWith('opened')
            ? Segment.open(NODE_DISK, directory.path, { ...options, ...extentOf(model) })
            : written
          for (const { fromOffset, timestamp, maxBytes, untilOffset } of questions) {
            const limits = { maxBytes, untilOffset: untilOffset as Offset }
            const run = await segment.read(fromOffset as Offset, limits)
            expect(run.headers).toEqual(expectedHeaders(model, fromOffset, limits))
            expect(run.nextOffset).toBe((run.headers.at(-1)?.lastOffset ?? fromOffset - 1) + 1)
            const found = await segment.offsetForTimestamp(timestamp, fromOffset as Offset)
            expect(found).toEqual(expectedByTime(model, timestamp, fromOffset))
          }
          expect(await segment.largestTimestamp()).toBe(expectedLargest(model))
          expect(await segment.firstTimestamp()).toBe(batches[0]?.header.maxTimestamp)
        },
      ),
      { numRuns: 80 },
    )
  })
})

test('a reader that goes on where it was gets every batch once, and its bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryLog({ maxBatches: 20 }),
      fc.integer({ min: 1, max: 500 }),
      async (batches, maxBytes) => {
        await using directory = await makeTempDirectory()
        await using segment = await writeSegment(directory.path, batches)
        const pieces: Uint8Array[] = []
        let offset = FIRST_OFFSET
        for (;;) {
          const run = await segment.read(offset, { ...NO_LIMITS, maxBytes })
          if (run.headers.length === 0) break
          pieces.push(run.bytes)
          offset = run.nextOffset
        }
        expect(Buffer.concat(pieces)).toEqual(Buffer.concat(batches.map((batch) => batch.bytes)))
      },
    ),
    { numRuns: 50 },
  )
})

test('headersFrom gives the batches that end at or after the offset', async () => {
  await using directory = await makeTempDirectory()
  const batches = manyBatches(50)
  await using segment = await writeSegment(directory.path, batches)
  const headers = []
  for await (const header of segment.headersFrom(30 as Offset)) headers.push(header)
  expect(headers).toEqual(batches.slice(30).map((batch) => batch.header))
})

test('a write that failed or was cut short may be repeated, and leaves no trace', async () => {
  const batches = manyBatches(40)
  await using directory = await makeTempDirectory()
  await using expected = await makeTempDirectory()
  let writes = 0
  const failing = new FaultyDisk(NODE_DISK, ({ operation, path }: DiskCall) => {
    if (operation !== 'write' || !path.endsWith('.log') || writes++ % 2 === 1) return undefined
    return writes % 4 === 1 ? { kind: 'error', code: 'ENOSPC' } : { kind: 'short', bytes: 100 }
  })
  await using segment = await Segment.create(failing, directory.path, SMALL_SEGMENT)
  for (let from = 0; from < batches.length; from += 5) {
    const piece = batches.slice(from, from + 5)
    const position = segment.bytes
    await expect(segment.write(position, piece)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(segment.bytes).toBe(position)
    await segment.write(position, piece)
  }
  await segment.seal()
  await using plain = await writeSegment(expected.path, batches)
  await plain.seal()
  for (const kind of ['log', 'index', 'timeindex']) {
    const name = `${'0'.repeat(20)}.${kind}`
    const [made, wanted] = [await readAll(directory.path, name), await readAll(expected.path, name)]
    expect(made, kind).toEqual(wanted)
  }
})

test('replay writes again what the file already has, from wherever the checkpoint was', async () => {
  const batches = manyBatches(30)
  for (const kept of [0, 1, 7, 29, 30]) {
    await using directory = await makeTempDirectory()
    await using before = await writeSegment(directory.path, batches)
    await before.seal()
    const known = modelOf(batches.slice(0, kept))
    await using segment = Segment.open(NODE_DISK, directory.path, {
      ...SMALL_SEGMENT,
      ...extentOf(known),
      syncedIndexes: { offsetIndexBytes: 0, timeIndexBytes: 0 },
    })
    await segment.write(bytesOf(batches.slice(0, kept)) as Position, batches.slice(kept))
    const run = await segment.read(FIRST_OFFSET, NO_LIMITS)
    expect(run.headers).toEqual(batches.map((batch) => batch.header))
    const index = await readAll(directory.path, `${'0'.repeat(20)}.index`)
    await segment.seal()
    expect(await readAll(directory.path, `${'0'.repeat(20)}.index`)).toEqual(index)
  }
})

test('index entries are written when asked, synced, and found again by the next life', async () => {
  const batches = manyBatches(60)
  await using directory = await makeTempDirectory()
  await using segment = await writeSegment(directory.path, batches.slice(0, 40))
  expect(segment.syncedIndexes).toEqual({ offsetIndexBytes: 0, timeIndexBytes: 0 })
  expect(segment.uncoveredBytes).toBe(segment.bytes)
  await segment.writeIndexes()
  await segment.sync()
  const { syncedIndexes } = segment
  expect(syncedIndexes.offsetIndexBytes).toBeGreaterThan(0)
  expect(segment.uncoveredBytes).toBeLessThan(300)
  await segment.write(segment.bytes, batches.slice(40))
  // A clean stop: the closing entry is in the file, and is not counted.
  await segment.seal()
  await segment.sync()
  const closed = segment.syncedIndexes
  const timeIndex = await readAll(directory.path, `${'0'.repeat(20)}.timeindex`)
  expect(timeIndex.length).toBe(closed.timeIndexBytes + 12)

  await using next = Segment.open(NODE_DISK, directory.path, {
    ...SMALL_SEGMENT,
    ...extentOf(modelOf(batches)),
    syncedIndexes: closed,
  })
  const more = manyBatches(30, modelOf(batches).nextOffset)
  await next.write(next.bytes, more)
  await next.seal()
  await using expected = await makeTempDirectory()
  await using plain = await writeSegment(expected.path, [...batches, ...more])
  await plain.seal()
  for (const kind of ['index', 'timeindex']) {
    const name = `${'0'.repeat(20)}.${kind}`
    expect(await readAll(directory.path, name), kind).toEqual(await readAll(expected.path, name))
  }
})

test('a segment has index room until Kafka’s count of entries is near, and not after', async () => {
  await using directory = await makeTempDirectory()
  const options = { ...SMALL_SEGMENT, segmentIndexBytes: 120 }
  await using segment = await Segment.create(NODE_DISK, directory.path, options)
  let written = 0
  for (const batch of manyBatches(100)) {
    if (!segment.hasIndexRoom(batch.bytes.length)) break
    await segment.write(segment.bytes, [batch])
    written++
  }
  await segment.seal()
  const { timeIndexBytes } = (await segment.sync(), segment.syncedIndexes)
  expect(written).toBeLessThan(100)
  expect(timeIndexBytes / 12).toBeGreaterThanOrEqual(7)
  expect(timeIndexBytes / 12).toBeLessThanOrEqual(9)
})

test('cutting a segment back takes its indexes along', async () => {
  const batches = manyBatches(40)
  await using directory = await makeTempDirectory()
  await using expected = await makeTempDirectory()
  await using segment = await writeSegment(directory.path, batches)
  await segment.seal()
  const kept = batches.slice(0, 17)
  await segment.cutTo(bytesOf(kept) as Position, 17 as Offset)
  await segment.seal()
  await using plain = await writeSegment(expected.path, kept)
  await plain.seal()
  for (const kind of ['log', 'index', 'timeindex']) {
    const name = `${'0'.repeat(20)}.${kind}`
    expect(await readAll(directory.path, name), kind).toEqual(await readAll(expected.path, name))
  }
})

/** Of one record each, their timestamps ascending. */
function manyBatches(count: number, from: Offset = FIRST_OFFSET) {
  return Array.from({ length: count }, (_, index) =>
    stampedBatch({
      baseOffset: (from + index) as Offset,
      records: [
        {
          key: null,
          value: Buffer.alloc(20, index),
          headers: [],
          timestamp: 1_700_000_000_000 + from + index,
        },
      ],
    }),
  )
}

async function readAll(directory: string, name: string): Promise<Buffer> {
  const path = join(directory, name)
  const file = await NODE_DISK.open(path, 'read')
  const bytes = Buffer.alloc(await file.size())
  await file.read(0, bytes)
  await file.close()
  return bytes
}
