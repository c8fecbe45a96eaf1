import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url))
const SEGMENT = '00000000000000000016.log'

describe('what Kafka’s own dump tool prints', () => {
  test.each(['g-0', 'c-0'])('%s is dumped with the same bytes', async (name) => {
    const run = await runCli(['log', 'dump', '.', '--records'], {
      directory: join(FIXTURES, name),
    })
    expect(run.stdout.toString()).toBe(await readFile(join(FIXTURES, `${name}.dump.txt`), 'utf8'))
    expect(run.status).toBe(0)
  })

  test('without --records, the same but for the records', async () => {
    const run = await runCli(['log', 'dump', '.'], { directory: join(FIXTURES, 'g-0') })
    const golden = await readFile(join(FIXTURES, 'g-0.dump.txt'), 'utf8')
    const lines = golden.split('\n').filter((line) => !line.startsWith('|'))
    expect(run.stdout.toString().split('\n')).toEqual(lines)
  })
})

test('--values adds key and value, as Kafka’s tool does with its own switch', async () => {
  const run = await runCli(['log', 'dump', join(FIXTURES, 'g-0', SEGMENT), '--values'])
  expect(run.stdout.toString()).toContain(
    '| offset: 16 CreateTime: 1700000000070 keySize: 1 valueSize: 1 sequence: 0 headerKeys: [] key: k payload: x\n',
  )
})

test('-o jsonl gives one object a line, with the fields of the batch', async () => {
  const run = await runCli(['log', 'dump', join(FIXTURES, 'g-0', SEGMENT), '-o', 'jsonl'])
  const entries = run.stdout
    .toString()
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(entries[0]).toMatchObject({ kind: 'file', startingOffset: 16 })
  expect(entries[1]).toMatchObject({ kind: 'batch', baseOffset: 16, position: 0, isValid: true })
})

test('-o json gives one array', async () => {
  const run = await runCli(['log', 'dump', join(FIXTURES, 'g-0', SEGMENT), '-o', 'json'])
  expect(JSON.parse(run.stdout.toString())).toHaveLength(9)
})

test('a batch with a bit flipped is shown as not valid, and what follows it is dumped', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, SEGMENT)
  const bytes = await readFile(join(FIXTURES, 'g-0', SEGMENT))
  bytes[65] = bytes[65]! ^ 1
  await writeFile(path, bytes)
  const lines = (await runCli(['log', 'dump', path])).stdout.toString().split('\n')
  expect(lines[2]).toMatch(/^baseOffset: 16 .* isvalid: false$/)
  expect(lines[3]).toBe(`Found 70 invalid bytes in ${path} (from byte 0: a batch fails its CRC)`)
  expect(lines[4]).toMatch(/^baseOffset: 17 .* isvalid: true$/)
})

test('a file cut in the middle of a batch: the batches before it, and how many bytes are left over', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, SEGMENT)
  const bytes = await readFile(join(FIXTURES, 'g-0', SEGMENT))
  await writeFile(path, bytes.subarray(0, 100))
  const lines = (await runCli(['log', 'dump', path])).stdout.toString().split('\n')
  expect(lines).toHaveLength(5)
  expect(lines[3]).toMatch(/^Found 30 invalid bytes at the end of .* \(from byte 70: /)
})

test('a segment under another name begins with the offset of its first batch', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'copy.bin')
  await cp(join(FIXTURES, 'g-0', SEGMENT), path)
  const text = (await runCli(['log', 'dump', path])).stdout.toString()
  expect(text).toContain('Log starting offset: 16\n')
  expect(text).not.toContain('Non-consecutive')
})

test('a path that is not there is status 3, and says what may be named', async () => {
  const run = await runCli(['log', 'dump', 'absent.log'], { directory: FIXTURES })
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('There is nothing at absent.log.')
  expect(run.stdout).toHaveLength(0)
})
