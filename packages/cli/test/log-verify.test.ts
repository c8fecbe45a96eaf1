import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { jsonLines } from './served.ts'

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url))
const SEGMENT = '00000000000000000016.log'
const INDEX = '00000000000000000016.index'

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
  await cp(join(FIXTURES, 'g-0'), join(directory.path, 'g-0'), { recursive: true })
})
afterEach(async () => directory[Symbol.asyncDispose]())

const cli = (...line: readonly string[]) => runCli(line, { directory: directory.path })
const inPartition = (name: string) => join(directory.path, 'g-0', name)

async function flip(name: string, position: number): Promise<void> {
  const bytes = await readFile(inPartition(name))
  bytes[position] = bytes[position]! ^ 1
  await writeFile(inPartition(name), bytes)
}

describe('verify', () => {
  test('a sound partition of Kafka’s is found sound', async () => {
    const run = await cli('log', 'verify', 'g-0')
    expect(run.status).toBe(0)
    expect(run.stderr).toBe('')
    expect(run.stdout.toString()).toBe('Sound: 1 partition, 5 segments, 39 records, 2.52 KiB.\n')
  })

  test('a bit flipped in a batch is status 7, with its file, byte and offset', async () => {
    await flip(SEGMENT, 140 + 70)
    const run = await cli('log', 'verify', 'g-0')
    expect(run.status).toBe(7)
    expect(run.stdout.toString()).toContain(
      `DAMAGE  g-0/${SEGMENT}, byte 140, offset 18: a batch fails its CRC`,
    )
    expect(run.stderr).toContain('millrace log repair')
  })

  test('an index entry that leads nowhere is status 7', async () => {
    await flip(INDEX, 7)
    const run = await cli('log', 'verify', 'g-0', '-o', 'jsonl')
    expect(run.status).toBe(7)
    expect(jsonLines(run)).toMatchObject([
      { severity: 'damage', code: 'offset-index', path: `g-0/${INDEX}`, position: 0 },
    ])
  })

  test('a file cut short is status 7', async () => {
    await truncate(inPartition(SEGMENT), 593)
    const run = await cli('log', 'verify', inPartition(SEGMENT))
    expect(run.status).toBe(7)
    expect(run.stdout.toString()).toContain('byte 516')
  })

  test('gaps that compaction left in what Kafka wrote are notes', async () => {
    await rm(inPartition(SEGMENT))
    for (const name of await readdir(join(directory.path, 'g-0'))) {
      if (name.startsWith('00000000000000000016')) await rm(inPartition(name))
    }
    const run = await cli('log', 'verify', 'g-0')
    expect(run.status).toBe(0)
    expect(run.stdout.toString()).toContain('note  ')
    expect(run.stdout.toString()).toContain('Offsets 16 to 25 are in no batch.')
  })
})

describe('reindex', () => {
  const INTERVAL = ['--index-interval-bytes', '150']

  test('shows what it would make again, and changes nothing', async () => {
    await rm(inPartition(INDEX))
    const run = await cli('log', 'reindex', 'g-0', ...INTERVAL)
    expect(run.status).toBe(0)
    expect(run.stdout.toString()).toBe(`Would make again: g-0/${INDEX} (missing)\n`)
    expect(run.stderr).toContain('--yes')
    await expect(readFile(inPartition(INDEX))).rejects.toThrow('ENOENT')
  })

  test('with --yes the index is Kafka’s again, byte for byte, and what was there is kept', async () => {
    await flip(INDEX, 7)
    const damaged = await readFile(inPartition(INDEX))
    expect((await cli('log', 'reindex', 'g-0', ...INTERVAL, '--yes')).status).toBe(0)
    const golden = await readFile(join(FIXTURES, 'g-0', INDEX))
    expect(await readFile(inPartition(INDEX))).toEqual(golden)
    const [run] = await readdir(join(directory.path, 'g-0.set-aside'))
    const kept = join(directory.path, 'g-0.set-aside', run!, 'g-0', INDEX)
    expect(await readFile(kept)).toEqual(damaged)
    expect((await cli('log', 'verify', 'g-0')).status).toBe(0)
  })

  test('with --all every index of a closed segment comes out as Kafka wrote it', async () => {
    const before = await cli('log', 'reindex', 'g-0', '--all', ...INTERVAL)
    expect(before.stdout).toHaveLength(0)
    expect(before.stderr).toContain('nothing to do')
  })
})

describe('ls', () => {
  test('lists segments with their offsets, sizes and times', async () => {
    const run = await cli('log', 'ls', 'g-0', '-o', 'jsonl')
    expect(jsonLines(run)).toMatchObject([
      { baseOffset: 0, lastOffset: 15, bytes: 646, offsetIndexEntries: 3 },
      { baseOffset: 16, lastOffset: 25, bytes: 594, largestTimestamp: 1_700_000_000_072 },
      { baseOffset: 26, lastOffset: 31, bytes: 636 },
      { baseOffset: 32, lastOffset: 37, bytes: 638 },
      { baseOffset: 38, lastOffset: 38, bytes: 70, full: 70 / 1024 ** 3 },
    ])
  })

  test('a directory of nothing that it knows is status 2', async () => {
    const run = await cli('log', 'ls', '/')
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('neither a data directory nor a partition directory')
  })

  test('--topic chooses within a directory of partitions; an unknown one names the nearest', async () => {
    expect(jsonLines(await cli('log', 'ls', '.', '--topic', 'g', '-o', 'jsonl'))).toHaveLength(5)
    const run = await cli('log', 'ls', '.', '--topic', 'gg')
    expect(run.status).toBe(3)
  })
})

describe('grep', () => {
  test('finds text in values and keys, and prints where', async () => {
    const run = await cli('log', 'grep', 'p10', 'g-0')
    expect(run.status).toBe(0)
    expect(run.stdout.toString()).toMatch(/^g-0:36 2023-11-14T22:13:31\.070Z p10 \S+\n$/)
  })

  test('-o jsonl prints records as produce takes them', async () => {
    const run = await cli('log', 'grep', '^p1[01]$', 'g-0', '--regex', '--in', 'key', '-o', 'jsonl')
    expect(jsonLines(run)).toMatchObject([
      { partition: 0, offset: 36, key: 'p10' },
      { partition: 0, offset: 37, key: 'p11' },
    ])
  })

  test('large and small letters are the same with --ignore-case', async () => {
    expect((await cli('log', 'grep', 'P10', 'g-0')).status).toBe(3)
    expect((await cli('log', 'grep', 'P10', 'g-0', '-i')).status).toBe(0)
  })

  test('nothing found is status 3; a pattern that is none is status 2', async () => {
    expect((await cli('log', 'grep', 'no such text', 'g-0')).status).toBe(3)
    expect((await cli('log', 'grep', '(', 'g-0', '-E')).status).toBe(2)
  })
})
