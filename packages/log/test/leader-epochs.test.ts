import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Offset } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addLeaderEpochs,
  type BatchAt,
  findLeaderEpochs,
  formatLeaderEpochs,
  type LeaderEpoch,
  LEADER_EPOCH_FILE,
  parseLeaderEpochs,
  trimLeaderEpochs,
} from '../src/leader-epochs.ts'
import { PARTITION_CLEAN } from './golden.ts'

test('Kafka’s file is read, and written again as it was', async () => {
  const text = await readFile(join(PARTITION_CLEAN, LEADER_EPOCH_FILE), 'utf8')
  const epochs = parseLeaderEpochs(text)
  expect(epochs).toEqual([
    { epoch: 0, startOffset: 0 },
    { epoch: 1, startOffset: 22 },
    { epoch: 2, startOffset: 26 },
  ])
  expect(formatLeaderEpochs(epochs ?? [])).toBe(text)
  expect(parseLeaderEpochs(formatLeaderEpochs([]))).toEqual([])
})

test.each(['', '1\n0\n', '0\n2\n0 0\n', '0\n1\n0 x\n', '0\n2\n1 0\n0 5\n', '0\n2\n0 5\n1 5\n'])(
  'what is no such file is not read: %j',
  (text) => expect(parseLeaderEpochs(text)).toBeUndefined(),
)

test('an epoch that began is added once, and an old one is not', () => {
  const epochs = addLeaderEpochs([epoch(1, 0)], [epoch(2, 10)])
  expect(addLeaderEpochs(epochs, [epoch(2, 10), epoch(1, 12), epoch(3, 20)])).toEqual([
    epoch(1, 0),
    epoch(2, 10),
    epoch(3, 20),
  ])
})

test('trimmed, the epoch in force at the log start begins there', () => {
  const epochs = [epoch(1, 0), epoch(2, 10), epoch(5, 20)]
  expect(trimLeaderEpochs(epochs, 0 as Offset)).toEqual(epochs)
  expect(trimLeaderEpochs(epochs, 12 as Offset)).toEqual([epoch(2, 12), epoch(5, 20)])
  expect(trimLeaderEpochs(epochs, 20 as Offset)).toEqual([epoch(5, 20)])
  expect(trimLeaderEpochs(epochs, 50 as Offset)).toEqual([epoch(5, 50)])
})

test('bisecting the batches finds every epoch, and asks for few of them', async () => {
  const batch = fc.record({
    records: fc.integer({ min: 1, max: 4 }),
    gap: fc.nat({ max: 2 }),
    epochsLater: fc.constantFrom(0, 0, 0, 0, 1, 5),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 60 }), async (shapes) => {
      const { batches, end } = layOut(shapes)
      let asked = 0
      const batchAt: BatchAt = async (offset) => {
        asked++
        return batches.find(({ lastOffset }) => lastOffset >= offset)
      }
      const expected: LeaderEpoch[] = []
      for (const { partitionLeaderEpoch, baseOffset } of batches) {
        if (expected.at(-1)?.epoch === partitionLeaderEpoch) continue
        expected.push({ epoch: partitionLeaderEpoch, startOffset: baseOffset })
      }
      expect(await findLeaderEpochs(batchAt, 0 as Offset, end)).toEqual(expected)
      expect(asked).toBeLessThanOrEqual(1 + expected.length * (1 + Math.ceil(Math.log2(end + 2))))
    }),
  )
})

function epoch(number: number, startOffset: number): LeaderEpoch {
  return { epoch: number, startOffset: startOffset as Offset }
}

interface Shape {
  readonly records: number
  readonly gap: number
  readonly epochsLater: number
}

function layOut(shapes: readonly Shape[]) {
  let end = 0
  let partitionLeaderEpoch = 0
  const batches = shapes.map(({ records, gap, epochsLater }) => {
    partitionLeaderEpoch += epochsLater
    const baseOffset = (end + gap) as Offset
    end = baseOffset + records
    return { baseOffset, lastOffset: (end - 1) as Offset, partitionLeaderEpoch }
  })
  return { batches, end: end as Offset }
}
