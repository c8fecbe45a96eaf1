import { join } from 'node:path'
import type { Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { type ArbitraryBatch, arbitraryLog } from '@millrace/testing/arbitrary'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Segment } from '../src/segment.ts'
import { NO_LIMITS, SMALL_SEGMENT, writeSegment } from './segment-model.ts'

test('readers, the writer, index writes, syncs and rebuilds at once leave what one after the other would', async () => {
  const what = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('read', 'by time', 'sync') },
    { weight: 4, arbitrary: fc.constant('write indexes') },
    { weight: 1, arbitrary: fc.constant('rebuild') },
  )
  const turn = fc.record({ what, after: fc.nat({ max: 300 }), from: fc.nat({ max: 9 }) })
  await fc.assert(
    fc.asyncProperty(
      arbitraryLog({ maxBatches: 40 }),
      fc.array(turn, { maxLength: 60 }),
      fc.nat(),
      async (batches, turns, seed) => {
        // Its calls take a varying number of turns of the event loop, so that they overlap in many ways.
        const disk = new CrashingDisk({ seed, directory: '/busy' })
        await using segment = await Segment.create(disk, '/busy', SMALL_SEGMENT)
        const writing = writeOneByOne(segment, batches)
        const others = turns.map((turn) => act(segment, turn, batches))
        await Promise.all([writing, ...others])
        await segment.seal()
        await segment.sync()
        const all = await segment.read(0 as Offset, NO_LIMITS)
        expect(all.headers).toEqual(batches.map((batch) => batch.header))

        const alone = new CrashingDisk({ seed, directory: '/alone' })
        await using expected = await writeSegment('/alone', batches, SMALL_SEGMENT, alone)
        await expected.seal()
        for (const kind of ['log', 'index', 'timeindex']) {
          const name = `${'0'.repeat(20)}.${kind}`
          const [made, wanted] = [
            await contentOf(disk, join('/busy', name)),
            await contentOf(alone, join('/alone', name)),
          ]
          expect(made, kind).toEqual(wanted)
        }
      },
    ),
    { numRuns: 200 },
  )
})

async function writeOneByOne(segment: Segment, batches: readonly ArbitraryBatch[]): Promise<void> {
  for (const batch of batches) await segment.write(segment.bytes, [batch])
}

async function act(
  segment: Segment,
  turn: { readonly what: string; readonly after: number; readonly from: number },
  batches: readonly ArbitraryBatch[],
): Promise<void> {
  const { what, after, from } = turn
  for (let turns = after; turns > 0; turns--) await Promise.resolve()
  if (what === 'write indexes') await segment.writeIndexes()
  if (what === 'sync') await segment.sync()
  if (what === 'rebuild') await segment.rebuildIndexes()
  if (what === 'by time') await segment.offsetForTimestamp(1_700_000_000_025, 0 as Offset)
  if (what !== 'read') return
  const until = segment.nextOffset
  const run = await segment.read(from as Offset, NO_LIMITS)
  const expected = batches
    .map((batch) => batch.header)
    .filter(({ lastOffset }) => lastOffset >= from)
  expect(run.headers).toEqual(expected.slice(0, run.headers.length))
  // What was there when the read began is in it.
  const before = expected.filter((header: BatchHeader) => header.lastOffset < until)
  expect(run.headers.length).toBeGreaterThanOrEqual(before.length)
}

async function contentOf(disk: CrashingDisk, path: string): Promise<Buffer> {
  const file = await disk.open(path, 'read')
  const bytes = Buffer.alloc(await file.size())
  await file.read(0, bytes)
  await file.close()
  return bytes
}
