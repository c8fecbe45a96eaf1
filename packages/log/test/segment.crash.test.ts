import type { Offset } from '@millrace/model/offset'
import { type ArbitraryBatch, arbitraryLog } from '@millrace/testing/arbitrary'
import { CrashingDisk, PowerCutError } from '@millrace/testing/crashing-disk'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Segment, type SegmentExtent } from '../src/segment.ts'
import {
  expectedByTime,
  expectedHeaders,
  expectedLargest,
  modelOf,
  NO_LIMITS,
  SMALL_SEGMENT,
} from './segment-model.ts'

test('what was synced is there after a power cut at any call, and replay brings back the rest', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryLog({ maxBatches: 30 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat({ max: 2 ** 31 }),
      fc.integer({ min: 6, max: 160 }),
      async (batches, writesACheckpoint, seed, cutAt) => {
        const disk = new CrashingDisk({ seed, directory: '/crash' })
        const checkpoints = await writeUntilTheCut(disk, batches, writesACheckpoint, cutAt)
        // A directory entry that was never synced may be gone with its file: the manifest never named it.
        if (checkpoints.length === 0) return
        const found = disk.afterPowerCut()
        const extent = checkpoints.at(-1) ?? expect.unreachable()
        const segment = Segment.open(found, '/crash', { ...SMALL_SEGMENT, ...extent })
        const replayed = batches.filter(({ header }) => header.baseOffset >= extent.nextOffset)
        await segment.write(segment.bytes, replayed)
        await expectWhole(segment, batches)
        await segment.seal()
        await segment.sync()
        await segment.close()
        await found.syncDirectory('/crash')
        // A clean stop: nothing more can be lost.
        const again = found.afterPowerCut()
        const { bytes, nextOffset } = segment
        const sealed = { ...SMALL_SEGMENT, bytes, nextOffset }
        await using next = Segment.open(again, '/crash', sealed)
        await expectWhole(next, batches)
      },
    ),
    { numRuns: 300 },
  )
})

/** What each checkpoint would name. */
async function writeUntilTheCut(
  disk: CrashingDisk,
  batches: readonly ArbitraryBatch[],
  writesACheckpoint: number,
  cutAt: number,
): Promise<readonly SegmentExtent[]> {
  const checkpoints: SegmentExtent[] = []
  const segment = await Segment.create(disk, '/crash', SMALL_SEGMENT)
  disk.cutPowerAtCall(disk.calls + cutAt)
  try {
    await disk.syncDirectory('/crash')
    for (const [index, batch] of batches.entries()) {
      await segment.write(segment.bytes, [batch])
      if (index % writesACheckpoint > 0) continue
      if (index % 3 === 0) await segment.writeIndexes()
      const { bytes, nextOffset } = segment
      await segment.sync()
      // Index files are new names in the directory.
      await disk.syncDirectory('/crash')
      checkpoints.push({ bytes, nextOffset, syncedIndexes: segment.syncedIndexes })
    }
  } catch (error) {
    if (!(error instanceof PowerCutError)) throw error
  }
  return checkpoints
}

async function expectWhole(segment: Segment, batches: readonly ArbitraryBatch[]): Promise<void> {
  const model = modelOf(batches)
  for (let offset = 0; offset < model.nextOffset; offset++) {
    const run = await segment.read(offset as Offset, NO_LIMITS)
    expect(run.headers).toEqual(expectedHeaders(model, offset, NO_LIMITS))
  }
  const timestamp = 1_700_000_000_025
  const found = await segment.offsetForTimestamp(timestamp, 0 as Offset)
  expect(found).toEqual(expectedByTime(model, timestamp, 0))
  expect(await segment.largestTimestamp()).toBe(expectedLargest(model))
}
