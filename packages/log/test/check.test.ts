import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Offset, Position } from '@millrace/model/offset'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { describe, expect, test } from 'vitest'
import {
  type CheckedSegment,
  type CheckEvent,
  checkLogFile,
  checkPartition,
  type Finding,
} from '../src/check.ts'
import { AFTER_COMPACTION, BEFORE_COMPACTION, PARTITION_CLEAN } from './golden.ts'

describe('of what Kafka wrote', () => {
  test('a partition that was closed in order is sound, and counted to the last record', async () => {
    const { findings, segments } = await check(NODE_DISK, PARTITION_CLEAN, false)
    expect(findings).toEqual([])
    const totals = segments.map(({ baseOffset, nextOffset, batches, records, bytes }) => ({
      baseOffset,
      nextOffset,
      batches,
      records,
      bytes,
    }))
    expect(totals).toEqual([
      { baseOffset: 0, nextOffset: 16, batches: 8, records: 16, bytes: 646 },
      { baseOffset: 16, nextOffset: 26, batches: 8, records: 10, bytes: 594 },
      { baseOffset: 26, nextOffset: 32, batches: 6, records: 6, bytes: 636 },
      { baseOffset: 32, nextOffset: 38, batches: 6, records: 6, bytes: 638 },
      { baseOffset: 38, nextOffset: 39, batches: 1, records: 1, bytes: 70 },
    ])
    expect(segments[1]).toMatchObject({
      leaderEpoch: 1,
      producerId: 9,
      largestTimestamp: 1_700_000_000_072,
    })
  })

  test('one without indexes on its last segment is sound, and they are missed', async () => {
    const { findings } = await check(NODE_DISK, BEFORE_COMPACTION, false)
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'note missing-file',
      'note missing-file',
    ])
  })

  test('gaps that compaction left are notes, with their offsets, where gaps are allowed', async () => {
    const { findings } = await check(NODE_DISK, AFTER_COMPACTION, true)
    expect(
      findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`),
    ).toEqual([
      'note gap: Offsets 3 to 11 are in no batch.',
      'note gap: Offsets 12 to 20 are in no batch.',
      'note preallocated: 1200 zeros follow the entries.',
      'note preallocated: 1200 zeros follow the entries.',
    ])
  })

  test('and damage where they are not', async () => {
    const { findings } = await check(NODE_DISK, AFTER_COMPACTION, false)
    const gaps = findings.filter(({ code }) => code === 'gap')
    expect(gaps.map(({ severity, offset }) => `${severity} from ${offset}`)).toEqual([
      'damage from 3',
      'damage from 12',
    ])
  })

  test('a log file by itself is checked as in its partition', async () => {
    const path = join(PARTITION_CLEAN, '00000000000000000016.log')
    const { findings, segments } = await collect(checkLogFile(NODE_DISK, path, { gaps: false }))
    expect(findings).toEqual([])
    expect(segments).toMatchObject([{ baseOffset: 16, nextOffset: 26, batches: 8 }])
  })
})

const FILES = [
  '00000000000000000000.log',
  '00000000000000000016.log',
  '00000000000000000016.index',
  '00000000000000000016.timeindex',
  '00000000000000000016.txnindex',
  '00000000000000000038.log',
  '00000000000000000038.timeindex',
]

test.each(FILES)('no byte of %s can change without a finding in that file', async (name) => {
  const disk = await copyToMemory(PARTITION_CLEAN)
  const path = join('/partition', name)
  const file = await disk.open(path, 'write')
  const sound = Buffer.alloc(await file.size())
  await file.read(0, sound)
  for (const [at, byte] of sound.entries()) {
    if (isUnprotected(name, at)) continue
    await file.write(at, [Buffer.of(byte ^ 0x40)])
    const { findings } = await check(disk, '/partition', false)
    const damaged = findings.filter(({ severity }) => severity === 'damage')
    expect(
      damaged.map((finding) => finding.path),
      `byte ${at}`,
    ).toContain(path)
    await file.write(at, [Buffer.of(byte)])
  }
  await file.close()
})

test('a finding says in which file, at which byte and from which offset', async () => {
  const disk = await copyToMemory(PARTITION_CLEAN)
  const file = await disk.open('/partition/00000000000000000026.log', 'write')
  await file.write(212 + 30, [Buffer.of(1)])
  const { findings } = await check(disk, '/partition', false)
  expect(findings).toEqual([
    {
      kind: 'finding',
      severity: 'damage',
      code: 'crc',
      path: '/partition/00000000000000000026.log',
      position: 212,
      offset: 28,
      message: 'a batch fails its CRC; 110 bytes are lost, offset 29 follows.',
    },
  ])
})

test('a tail that was cut, or that is not counted, is told apart', async () => {
  const disk = await copyToMemory(PARTITION_CLEAN)
  const file = await disk.open('/partition/00000000000000000038.log', 'write')
  await file.truncate(65)
  const cut = await check(disk, '/partition', false)
  expect(cut.findings[0]).toMatchObject({ severity: 'damage', code: 'cut', position: 0 })
  const { findings } = await collect(
    checkPartition(disk, '/partition', { gaps: false, lastSegmentBytes: 0 as Position }),
  )
  expect(findings).toEqual([])
})

test('of indexes that were not synced, what a crash left is no damage, and the rest is held to its batches', async () => {
  const disk = await copyToMemory(PARTITION_CLEAN)
  for (const kind of ['index', 'timeindex']) {
    const file = await disk.open(`/partition/00000000000000000016.${kind}`, 'write')
    await file.truncate(9)
    await disk.unlink(`/partition/00000000000000000026.${kind}`)
  }
  const damaged = await check(disk, '/partition', false)
  expect(damaged.findings).not.toEqual([])
  const syncedIndexes = {
    segment: 16 as Offset,
    sizes: { offsetIndexBytes: 8, timeIndexBytes: 0 },
  }
  const crashed = () => collect(checkPartition(disk, '/partition', { gaps: false, syncedIndexes }))
  expect((await crashed()).findings).toEqual([])
  const file = await disk.open('/partition/00000000000000000016.index', 'write')
  await file.write(4, [Buffer.of(1)])
  expect((await crashed()).findings).toMatchObject([{ severity: 'damage', code: 'offset-index' }])
})

test('a segment that is missing in the middle is damage, with the offsets that it had', async () => {
  const disk = await copyToMemory(PARTITION_CLEAN)
  await disk.unlink('/partition/00000000000000000026.log')
  const { findings } = await check(disk, '/partition', false)
  expect(findings).toMatchObject([
    { severity: 'damage', code: 'gap', offset: 26, message: 'Offsets 26 to 31 are in no batch.' },
  ])
})

test('files that do not belong are named, and no more than a hundred findings a file listed', async () => {
  const disk = await copyToMemory(PARTITION_CLEAN)
  await put(disk, '/partition/notes.txt', Buffer.from('mine'))
  await put(disk, '/partition/known', Buffer.alloc(0))
  await put(disk, '/partition/00000000000000000039.log', Buffer.alloc(0))
  await put(disk, '/partition/00000000000000000039.index', Buffer.alloc(8 * 150, 1))
  const { findings } = await collect(
    checkPartition(disk, '/partition', { gaps: false, knownFiles: new Set(['known']) }),
  )
  const codes = findings.map(({ code }) => code)
  expect(codes.filter((code) => code === 'offset-index')).toHaveLength(100)
  expect(findings.find(({ code }) => code === 'more')?.message).toMatch('50 more')
  expect(findings.at(-1)).toMatchObject({ code: 'unknown-file', path: '/partition/notes.txt' })
})

/** Of a log: what neither CRC nor chain covers, the leader epoch. */
function isUnprotected(name: string, at: number): boolean {
  if (!name.endsWith('.log')) return name.endsWith('.txnindex') && at >= 26
  const starts: Record<string, readonly number[]> = {
    '00000000000000000000.log': [0, 79, 160, 241, 322, 403, 484, 565],
    '00000000000000000016.log': [0, 70, 140, 228, 298, 368, 438, 516],
    '00000000000000000038.log': [0],
  }
  const start = starts[name]?.findLast((position) => position <= at) ?? 0
  return at - start >= 12 && at - start < 16
}

async function check(disk: Disk, directory: string, gaps: boolean) {
  return collect(checkPartition(disk, directory, { gaps }))
}

async function collect(events: AsyncIterable<CheckEvent>) {
  const findings: Finding[] = []
  const segments: CheckedSegment[] = []
  for await (const event of events) {
    if (event.kind === 'finding') findings.push(event)
    if (event.kind === 'segment') segments.push(event)
  }
  return { findings, segments }
}

async function copyToMemory(directory: string): Promise<CrashingDisk> {
  const disk = new CrashingDisk({ seed: 1, directory: '/partition' })
  for (const name of await readdir(directory)) {
    await put(disk, join('/partition', name), await readFile(join(directory, name)))
  }
  return disk
}

async function put(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, 'create')
  await file.write(0, [bytes])
  await file.close()
}
