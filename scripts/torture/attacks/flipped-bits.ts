import { seededRandom } from '@millrace/testing/seeded-random'
import type { Attack } from '../attack.ts'
import { expectSound } from '../damage/expect-sound.ts'
import { entryRange, flipBit, PAGE } from '../damage/harm.ts'
import { makeSampleStore, SAMPLE_DIRECTORY, type SampleStore } from '../damage/sample-store.ts'

/** Two partitions of a few segments, and three entries of the journal that the segments do not have. */
const SMALL = {
  logs: 2,
  settledAppends: 10,
  replayedAppends: 3,
  segmentBytes: 450,
  valueBytesMax: 40,
}
const store = await makeSampleStore(SMALL, seededRandom(1))
const ranges = attackedRanges(store)

export const flippedBits: Attack = {
  name: 'flipped-bits',
  about:
    'Every bit of a small store is flipped in turn: of its journal, segments, indexes, checkpoint and all that lies beside ' +
    'them. No wrong byte is served, nothing is deleted, what is not damaged stays readable, and nothing is missing ' +
    'without a word.',
  cases: 'bits',
  target: bitsIn(ranges),
  share: 400,
  last: bitsIn(ranges),
  async tryCase(seed) {
    const { path, bit } = placeOf(scattered(seed - 1))
    const { harms, tree } = flipBit(store.tree, path, bit)
    return { [await expectSound(store, tree, harms)]: 1 }
  },
}

interface Range {
  readonly path: string
  readonly bytes: number
}

/** All but the part of the journal that was never written, of which there is a header's worth. */
function attackedRanges({ entryCount, tree }: SampleStore): readonly Range[] {
  const [lastAt] = entryRange(store, entryCount - 1)
  const journalBytes = lastAt + PAGE + 64
  return [...tree.files].map(([path, { length }]) => {
    const isFirstSlot = path === `${SAMPLE_DIRECTORY}/journal/0.journal`
    if (path.includes('/journal/')) return { path, bytes: isFirstSlot ? journalBytes : 64 }
    return { path, bytes: length }
  })
}

function bitsIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { bytes }) => sum + bytes * 8, 0)
}

/** The cases in another order, so that few of them are of every kind. Every one is still there: the step is coprime. */
function scattered(index: number): number {
  const bits = bitsIn(ranges)
  return (index * coprimeStep(bits)) % bits
}

function coprimeStep(count: number): number {
  let step = Math.floor(count * 0.618)
  while (greatestDivisor(step, count) !== 1) step++
  return step
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other)
}

function placeOf(bit: number): { readonly path: string; readonly bit: number } {
  let left = bit
  for (const { bytes, path } of ranges) {
    if (left < bytes * 8) return { path, bit: left }
    left -= bytes * 8
  }
  throw new RangeError(`there is no bit ${bit}`)
}
