import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import { arbitraryLog, type ArbitraryBatch, stampedBatch } from '@millrace/testing/arbitrary'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Segment, type SegmentOptions } from '../src/segment.ts'
import {
  expectedByTime,
  expectedHeaders,
  expectedLargest,
  extentOf,
  modelOf,
  NO_LIMITS,
  type SegmentModel,
  SMALL_SEGMENT,
  writeSegment,
} from './segment-model.ts'

const LOG = `${'0'.repeat(20)}.log`
const INDEXES = [`${'0'.repeat(20)}.index`, `${'0'.repeat(20)}.timeindex`] as const
/** Every batch but the first gets an entry. */
const DENSELY_INDEXED: SegmentOptions = { ...SMALL_SEGMENT, indexIntervalBytes: 0 }

describe.each([
  { what: 'sealed', isSealed: true },
  { what: 'still written', isSealed: false },
])('of a segment that is $what', ({ isSealed }) => {
  test.each(INDEXES)('no bit flipped in its %s changes an answer', async (name) => {
    const disk = inMemory()
    const model = modelOf(unevenBatches())
    const synced = await sealedSegment('/log', model, disk)
    let bits = 0
    for await (const bit of flippedBits(disk, join('/log', name))) {
      await using segment = openAgain('/log', model, isSealed ? undefined : synced, disk)
      await expectRightAnswers(segment, model, `bit ${bit}`)
      bits++
    }
    expect(bits).toBeGreaterThan(250)
  })

  test('no index that is missing, cut, too long, of zeros or of anything changes an answer', async () => {
    const fault = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), bytes: fc.nat({ max: 200 }) }),
      fc.record({ kind: fc.constant('replaced' as const), by: fc.uint8Array({ maxLength: 120 }) }),
      fc.record({ kind: fc.constant('longer' as const), by: fc.uint8Array({ maxLength: 30 }) }),
      fc.record({ kind: fc.constant('zeros' as const), bytes: fc.nat({ max: 200 }) }),
      fc.record({ kind: fc.constant('missing' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(
        arbitraryLog({ maxBatches: 12 }),
        fault,
        fc.constantFrom(...INDEXES),
        async (batches, how, name) => {
          await using directory = await makeTempDirectory()
          const model = modelOf(batches)
          const synced = await sealedSegment(directory.path, model)
          const path = join(directory.path, name)
          const sound = await readFile(path)
          if (how.kind === 'missing') await rm(path)
          if (how.kind === 'cut') await truncate(path, Math.min(how.bytes, sound.length))
          if (how.kind === 'replaced') await writeFile(path, how.by)
          if (how.kind === 'longer') await writeFile(path, Buffer.concat([sound, how.by]))
          if (how.kind === 'zeros') await writeFile(path, Buffer.alloc(how.bytes))
          await using segment = openAgain(directory.path, model, isSealed ? undefined : synced)
          await expectRightAnswers(segment, model, how.kind)
        },
      ),
      { numRuns: 100 },
    )
  })
})

test('no bit flipped in the log makes a read answer with anything that was not written', async () => {
  const disk = inMemory()
  const model = modelOf(unevenBatches().slice(0, 4))
  await sealedSegment('/log', model, disk)
  for await (const bit of flippedBits(disk, join('/log', LOG))) {
    await using segment = openAgain('/log', model, undefined, disk)
    await expectOnlyTheDamagedIsLost(segment, model, bit >> 3)
  }
})

test('what follows damage is read as before, and the error says where that begins', async () => {
  await using directory = await makeTempDirectory()
  const model = modelOf(unevenBatches())
  await sealedSegment(directory.path, model)
  const path = join(directory.path, LOG)
  const bytes = await readFile(path)
  const third = model.batches[2]
  const fourth = model.batches[3]
  if (third === undefined || fourth === undefined) expect.unreachable()
  // Its length: the chain to the next batch is gone as well.
  bytes.writeInt32BE(1_000_000, positionOf(model, 2) + 8)
  await writeFile(path, bytes)
  await using segment = openAgain(directory.path, model, undefined)
  await expect(segment.read(third.header.baseOffset, NO_LIMITS)).rejects.toMatchObject({
    code: 'CORRUPT_SEGMENT',
    detail: expect.stringContaining(`${LOG}, byte ${positionOf(model, 2)}`),
    fields: {
      damagedFrom: third.header.baseOffset,
      nextReadableOffset: fourth.header.baseOffset,
    },
  })
  const before = await segment.read(FIRST_OFFSET, NO_LIMITS)
  expect(before.headers).toEqual(model.batches.slice(0, 2).map((batch) => batch.header))
  const after = await segment.read(fourth.header.baseOffset, NO_LIMITS)
  expect(after.headers).toEqual(model.batches.slice(3).map((batch) => batch.header))
})

test('a log that is shorter than it should be answers up to there, then says so', async () => {
  await using directory = await makeTempDirectory()
  const model = modelOf(unevenBatches())
  await sealedSegment(directory.path, model)
  await truncate(join(directory.path, LOG), positionOf(model, 5) + 70)
  await using segment = openAgain(directory.path, model, undefined)
  const run = await segment.read(FIRST_OFFSET, NO_LIMITS)
  expect(run.headers).toEqual(model.batches.slice(0, 5).map((batch) => batch.header))
  await expect(segment.read(run.nextOffset, NO_LIMITS)).rejects.toMatchObject({
    code: 'CORRUPT_SEGMENT',
    fields: { damagedFrom: run.nextOffset, nextReadableOffset: model.nextOffset },
  })
})

test.each([
  { where: 'in the middle', batchCount: 3 },
  { where: 'at the end', batchCount: 2 },
])('a whole batch inside a record of a damaged one $where is not taken for one', async (given) => {
  await using directory = await makeTempDirectory()
  const inner = stampedBatch({ baseOffset: 1 as Offset, records: [record(0, 'forged')] })
  const batches = [
    stampedBatch({ baseOffset: 0 as Offset, records: [record(0, 'first')] }),
    stampedBatch({
      baseOffset: 1 as Offset,
      records: [{ ...record(1, ''), value: inner.bytes }, record(2, 'second')],
    }),
    stampedBatch({ baseOffset: 3 as Offset, records: [record(3, 'third')] }),
  ]
  const model = modelOf(batches.slice(0, given.batchCount))
  await sealedSegment(directory.path, model)
  const path = join(directory.path, LOG)
  const bytes = await readFile(path)
  // The outer batch's CRC: its header still says where it ends.
  bytes.writeUInt32BE(0, positionOf(model, 1) + 17)
  await writeFile(path, bytes)
  await using segment = openAgain(directory.path, model, undefined)
  await expect(segment.read(1 as Offset, NO_LIMITS)).rejects.toMatchObject({
    fields: { damagedFrom: 1, nextReadableOffset: 3 },
  })
})

test.each([
  { what: 'position', name: INDEXES[0], fromEnd: 1 },
  { what: 'offset', name: INDEXES[0], fromEnd: 5 },
  { what: 'offset', name: INDEXES[1], fromEnd: 1 },
  { what: 'timestamp', name: INDEXES[1], fromEnd: 5 },
])(
  'a wrong $what in the last entry of $name does not outlive what is indexed next',
  async (given) => {
    const [disk, expected] = [inMemory(), inMemory()]
    const batches = unevenBatches()
    const before = modelOf(batches.slice(0, 5))
    const synced = await sealedSegment('/log', before, disk)
    await sealedSegment('/log', modelOf(batches), expected)
    const end = given.name === INDEXES[0] ? synced.offsetIndexBytes : synced.timeIndexBytes
    const index = await disk.open(join('/log', given.name), 'write')
    const byte = Buffer.alloc(1)
    await index.read(end - given.fromEnd, byte)
    await index.write(end - given.fromEnd, [Buffer.of((byte[0] ?? 0) ^ 1)])
    await using segment = openAgain('/log', before, synced, disk)
    await segment.write(segment.bytes, batches.slice(5))
    await segment.seal()
    for (const name of INDEXES) {
      expect(await contentOf(disk, name), name).toEqual(await contentOf(expected, name))
    }
  },
)

/** Of various sizes; timestamps rise, stand still and fall. */
function unevenBatches(): readonly ArbitraryBatch[] {
  const times = [5, 9, 9, 3, 20, 20, 14, 31]
  let nextOffset = 0
  return times.map((time, index) => {
    const records = Array.from({ length: 1 + (index % 3) }, (_, count) => record(time - count, 'x'))
    const batch = stampedBatch({ baseOffset: nextOffset as Offset, records })
    nextOffset += records.length
    return batch
  })
}

function record(time: number, text: string) {
  const timestamp = 1_700_000_000_000 + time
  return { key: null, value: Buffer.from(text), headers: [], timestamp }
}

function inMemory(): Disk {
  return new CrashingDisk({ seed: 1, directory: '/log' })
}

async function contentOf(disk: Disk, name: string): Promise<Buffer> {
  const file = await disk.open(join('/log', name), 'read')
  const bytes = Buffer.alloc(await file.size())
  await file.read(0, bytes)
  await file.close()
  return bytes
}

/** Flips one bit after the other in the file, for one turn of the loop each. */
async function* flippedBits(disk: Disk, path: string): AsyncGenerator<number> {
  const file = await disk.open(path, 'write')
  const sound = Buffer.alloc(await file.size())
  await file.read(0, sound)
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const byte = sound[bit >> 3] ?? 0
    await file.write(bit >> 3, [Buffer.of(byte ^ (1 << (bit & 7)))])
    yield bit
    await file.write(bit >> 3, [Buffer.of(byte)])
  }
}

async function sealedSegment(directory: string, model: SegmentModel, disk: Disk = NODE_DISK) {
  await using segment = await writeSegment(directory, model.batches, DENSELY_INDEXED, disk)
  await segment.seal()
  await segment.sync()
  return segment.syncedIndexes
}

function openAgain(
  directory: string,
  model: SegmentModel,
  syncedIndexes: Segment['syncedIndexes'] | undefined,
  disk: Disk = NODE_DISK,
): Segment {
  return Segment.open(disk, directory, {
    ...DENSELY_INDEXED,
    ...extentOf(model),
    ...(syncedIndexes === undefined ? {} : { syncedIndexes }),
  })
}

async function expectRightAnswers(
  segment: Segment,
  model: SegmentModel,
  fault: string,
): Promise<void> {
  const limits = { ...NO_LIMITS, maxBytes: 1 }
  for (let offset = 0; offset <= model.nextOffset; offset++) {
    const run = await segment.read(offset as Offset, limits)
    expect(run.headers, `${fault}, offset ${offset}`).toEqual(
      expectedHeaders(model, offset, limits),
    )
  }
  const times = model.batches.flatMap(({ header }) => [
    header.maxTimestamp,
    header.maxTimestamp + 1,
  ])
  for (const time of new Set(times)) {
    const found = await segment.offsetForTimestamp(time, FIRST_OFFSET)
    expect(found, `${fault}, time ${time}`).toEqual(expectedByTime(model, time, 0))
  }
  expect(await segment.largestTimestamp(), fault).toBe(expectedLargest(model))
}

/** Every offset reads as it was written, but for those of the batch with this byte, which are refused. */
async function expectOnlyTheDamagedIsLost(
  segment: Segment,
  model: SegmentModel,
  damagedByte: number,
): Promise<void> {
  for (const [index, batch] of model.batches.entries()) {
    const position = positionOf(model, index)
    const isDamaged = position <= damagedByte && damagedByte < position + batch.bytes.length
    const read = segment.read(batch.header.baseOffset, { ...NO_LIMITS, maxBytes: 1 })
    const outcome = await read.catch((error: unknown) => error)
    if (!isDamaged) {
      expect(outcome, `byte ${damagedByte}`).toMatchObject({ headers: [batch.header] })
    } else if (outcome instanceof LogError) {
      expect(outcome.code).toBe('CORRUPT_SEGMENT')
    } else {
      // Only what a leader epoch is, neither CRC nor chain can tell.
      expect(damagedByte - position).toBeGreaterThanOrEqual(12)
      expect(damagedByte - position).toBeLessThan(16)
    }
  }
}

function positionOf(model: SegmentModel, index: number): Position {
  const before = model.batches.slice(0, index)
  return before.reduce((bytes, batch) => bytes + batch.bytes.length, 0) as Position
}
