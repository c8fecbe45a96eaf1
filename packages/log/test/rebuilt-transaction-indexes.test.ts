import { cp, readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Offset } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rebuildTransactionIndexes } from '../src/rebuilt-transaction-indexes.ts'
import { segmentFileName } from '../src/segment-files.ts'
import { decodeTransactionIndex, encodeTransactionIndex } from '../src/transaction-index.ts'
import { AFTER_COMPACTION, BEFORE_COMPACTION, PARTITION_CLEAN } from './golden.ts'

test.each([PARTITION_CLEAN, BEFORE_COMPACTION, AFTER_COMPACTION])(
  'of what Kafka wrote they are Kafka’s, byte for byte: %s',
  async (directory) => {
    const { damagedBytes, indexes } = await rebuildTransactionIndexes(NODE_DISK, directory)
    expect(damagedBytes).toBe(0)
    const names = await readdir(directory)
    expect(indexes.size).toBe(names.filter((name) => name.endsWith('.log')).length)
    for (const [baseOffset, bytes] of indexes) {
      const name = segmentFileName(baseOffset, 'txnindex')
      const isThere = names.includes(name)
      expect(bytes, name).toEqual(isThere ? await readFile(join(directory, name)) : Buffer.alloc(0))
    }
  },
)

test('the golden partition has an aborted transaction to find', async () => {
  const { indexes } = await rebuildTransactionIndexes(NODE_DISK, PARTITION_CLEAN)
  expect(indexes.get(16 as Offset)).toHaveLength(34)
})

test('bytes that are no batches are counted, for an end of a transaction may be in them', async () => {
  await using directory = await makeTempDirectory()
  await cp(PARTITION_CLEAN, directory.path, { recursive: true })
  const path = join(directory.path, segmentFileName(16 as Offset, 'log'))
  const { length } = await readFile(path)
  await truncate(path, length - 1)
  const { damagedBytes } = await rebuildTransactionIndexes(NODE_DISK, directory.path)
  expect(damagedBytes).toBeGreaterThan(0)
})

test('entries are read back as they were written', () => {
  const offsets = fc.maxSafeNat().map((offset) => offset as Offset)
  const entries = fc.record({
    producerId: fc.maxSafeNat(),
    firstOffset: fc.constant(0 as Offset),
    lastOffset: offsets,
    lastStableOffset: offsets,
  })
  fc.assert(
    fc.property(fc.array(entries), (transactions) => {
      const bytes = encodeTransactionIndex(transactions)
      expect(decodeTransactionIndex(bytes, 'x.txnindex')).toEqual(transactions)
    }),
  )
})
