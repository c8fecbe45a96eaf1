import { cp, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { type ImportPlan, planImport } from '../src/import-plan.ts'
import { AFTER_COMPACTION, BEFORE_COMPACTION, PARTITION_CLEAN } from './golden.ts'

test('a partition with transactions: everything is brought in, and the open one is named', async () => {
  const plan = await planOf(PARTITION_CLEAN)
  expect(plan).toMatchObject({
    logStartOffset: 0,
    logEndOffset: 39,
    gaps: false,
    leaderEpochs: [
      { epoch: 0, startOffset: 0 },
      { epoch: 1, startOffset: 22 },
      { epoch: 2, startOffset: 26 },
    ],
    highestLeaderEpoch: 2,
    highestProducerId: 9,
    openTransactions: [{ producerId: 7, firstOffset: 38 }],
    findings: [],
  })
  expect(plan.topicId).toHaveLength(22)
  expect(plan.segments.map(({ baseOffset, nextOffset }) => [baseOffset, nextOffset])).toEqual([
    [0, 16],
    [16, 26],
    [26, 32],
    [32, 38],
    [38, 39],
  ])
  expect(plan.segments[0]?.ranges).toEqual([{ from: 0, to: 646 }])
  expect(plan.leftOut.every((name) => name.endsWith('.snapshot'))).toBe(true)
})

test('a compacted partition: gaps, empty segments, and zeros that are no index entries', async () => {
  expect(await planOf(BEFORE_COMPACTION)).toMatchObject({ gaps: false, logEndOffset: 30 })
  const plan = await planOf(AFTER_COMPACTION)
  expect(plan).toMatchObject({ gaps: true, logStartOffset: 0, logEndOffset: 30, findings: [] })
  expect(plan.segments.map(({ nextOffset, ranges }) => ({ nextOffset, ranges }))).toEqual([
    { nextOffset: 12, ranges: [{ from: 0, to: 61 }] },
    { nextOffset: 21, ranges: [] },
    { nextOffset: 30, ranges: [{ from: 0, to: 271 }] },
    { nextOffset: 30, ranges: [] },
  ])
})

test('a batch that is bad, or a tail that is torn, is left behind, and nothing else', async () => {
  await using directory = await makeTempDirectory()
  await cp(PARTITION_CLEAN, directory.path, { recursive: true })
  const first = join(directory.path, '00000000000000000000.log')
  const bytes = await readFile(first)
  bytes.writeUInt8(0xff, 200)
  await writeFile(first, bytes)
  await truncate(join(directory.path, '00000000000000000038.log'), 65)
  const plan = await planOf(directory.path)
  expect(plan.segments[0]?.ranges).toEqual([
    { from: 0, to: 160 },
    { from: 241, to: 646 },
  ])
  expect(plan.segments.at(-1)).toMatchObject({ baseOffset: 38, nextOffset: 38, ranges: [] })
  expect(plan).toMatchObject({ gaps: true, logEndOffset: 38, openTransactions: [] })
  expect(plan.findings.map(({ code, position, offset }) => ({ code, position, offset }))).toEqual([
    { code: 'crc', position: 160, offset: 4 },
    { code: 'cut', position: 0, offset: 38 },
  ])
})

test('an aborted transaction that the index forgot is damage: its records would be read', async () => {
  await using directory = await makeTempDirectory()
  await cp(PARTITION_CLEAN, directory.path, { recursive: true })
  await truncate(join(directory.path, '00000000000000000016.txnindex'), 0)
  const { findings } = await planOf(directory.path)
  expect(findings).toMatchObject([{ code: 'transaction-index', severity: 'damage', offset: 22 }])
})

test('a directory without a segment is refused', async () => {
  await using directory = await makeTempDirectory()
  await expect(planOf(directory.path)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

async function planOf(directory: string): Promise<ImportPlan> {
  for await (const event of planImport(NODE_DISK, directory)) {
    if (event.kind === 'plan') return event
  }
  return expect.unreachable()
}
