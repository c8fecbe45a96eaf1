import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import { expect, test } from 'vitest'
import { PendingBatches, type PendingBatch } from '../src/pending.ts'

test('the bytes of what a segment has are let go of, though others are always pending', async () => {
  const pending = new PendingBatches()
  const written = [0, 1, 2].map((offset) => {
    const batch = batchAt(offset as Offset)
    pending.hold(batch)
    return new WeakRef(batch.bytes)
  })
  pending.markSynced()
  pending.drop(2)
  await collectGarbage()
  expect(written.map((bytes) => bytes.deref() === undefined)).toEqual([true, true, false])
  expect(pending.oldest(1).map(({ header }) => header.baseOffset)).toEqual([2])
})

function batchAt(baseOffset: Offset): PendingBatch {
  const record = { key: null, value: Buffer.from('value'), headers: [], timestamp: 1 }
  const bytes = encodeBatch({ records: [record], baseOffset })
  const header = readBatchHeader(bytes)
  if (header === undefined) throw new Error('That is no batch.')
  return { bytes, header, segment: FIRST_OFFSET, position: 0 as Position }
}

/** What was made a WeakRef is kept until its turn of the event loop is over. */
async function collectGarbage(): Promise<void> {
  await nextTurn()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}
