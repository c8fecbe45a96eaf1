import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { spawnCli } from './run-cli.ts'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => served[Symbol.asyncDispose]())

async function topicOf(topic: string, lines: readonly string[], partitions = 1): Promise<void> {
  await served.client.topics.create(topic, { partitions })
  if (lines.length > 0) await produce(topic, lines)
}

async function produce(topic: string, lines: readonly string[], ...options: readonly string[]) {
  const stdin = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  expect((await served.cli(['produce', topic, ...options], { stdin })).status).toBe(0)
}

/** A program that follows; what it says, line by line. */
function follow(topic: string, group: string, ...options: readonly string[]) {
  const line = ['consume', topic, '--group', group, '--follow', ...options]
  const child = spawnCli([...line, '--server', served.url])
  const exit = once(child, 'exit')
  const records = createInterface(child.stdout)[Symbol.asyncIterator]()
  const notes = createInterface(child.stderr)[Symbol.asyncIterator]()
  return { child, exit, records, notes }
}

async function untilSaid(lines: AsyncIterator<string>, wanted: string): Promise<void> {
  for (;;) {
    const { done, value } = await lines.next()
    if (done === true) throw new Error(`It ended, and did not say: ${wanted}`)
    if (value === wanted) return
  }
}

async function state(group: string): Promise<unknown> {
  const { members, offsets } = await served.client.groups.describe(group)
  return { members: members.length, offsets: offsets.map(({ offset }) => offset) }
}

test('what there is, is printed and committed; what comes later is for the next one', async () => {
  await topicOf('once', ['a', 'b'])
  const first = await served.cli(['consume', 'once', '--group', 'g'])
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(first.stdout.toString()).toBe('a\nb\n')
  expect(await state('g')).toEqual({ members: 0, offsets: [2] })
  await produce('once', ['c'])
  const second = await served.cli(['consume', 'once', '--group', 'g', '-o', 'jsonl'])
  expect(jsonLines(second)).toMatchObject([{ partition: 0, offset: 2, valueText: 'c' }])
  const third = await served.cli(['consume', 'once', '--group', 'g', '-o', 'json'])
  expect(third).toMatchObject({ status: 0, stderr: '' })
  expect(third.stdout.toString()).toBe('[]\n')
})

test('-n commits so many, though more were fetched, and a member that follows ends', async () => {
  await topicOf('some', ['a', 'b', 'c', 'd'])
  const first = await served.cli(['consume', 'some', '--group', 'n', '-n', '3'])
  expect(first.stdout.toString()).toBe('a\nb\nc\n')
  expect(await state('n')).toEqual({ members: 0, offsets: [3] })
  const second = await served.cli(['consume', 'some', '--group', 'n', '--follow', '-n', '1'])
  expect(second.status).toBe(0)
  expect(second.stdout.toString()).toBe('d\n')
})

test('--start latest begins a group with what comes, and moves none that has begun', async () => {
  await topicOf('late', ['a'])
  const line = ['consume', 'late', '--group', 'l', '--start', 'latest']
  expect((await served.cli(line)).stdout.toString()).toBe('')
  await produce('late', ['b'])
  expect((await served.cli(line)).stdout.toString()).toBe('b\n')
})

test('members share the partitions; one that is interrupted commits, leaves, and is status 130', async () => {
  await topicOf('shared', [], 2)
  const one = follow('shared', 's')
  await untilSaid(one.notes, 'Reads shared:0,1')
  const other = follow('shared', 's')
  await untilSaid(one.notes, 'Reads shared:0')
  await untilSaid(other.notes, 'Reads shared:1')
  await produce('shared', ['to one'], '--partition', '0')
  await produce('shared', ['to the other'], '--partition', '1')
  expect(await one.records.next()).toEqual({ done: false, value: 'to one' })
  expect(await other.records.next()).toEqual({ done: false, value: 'to the other' })
  one.child.kill('SIGINT')
  expect(await one.exit).toEqual([130, null])
  await untilSaid(other.notes, 'Reads shared:0,1')
  await produce('shared', ['next'], '--partition', '0')
  expect(await other.records.next()).toEqual({ done: false, value: 'next' })
  other.child.kill('SIGINT')
  expect(await other.exit).toEqual([130, null])
  expect(await state('s')).toEqual({ members: 0, offsets: [2, 1] })
})

test('who gets nothing is told so', async () => {
  await topicOf('single', ['a'])
  const one = follow('single', 'busy')
  expect(await one.records.next()).toEqual({ done: false, value: 'a' })
  const other = await served.cli(['consume', 'single', '--group', 'busy'])
  expect(other.status).toBe(0)
  expect(other.stdout).toHaveLength(0)
  expect(other.stderr).toContain('Nothing falls to this member: 2 members share 1 partition.')
  one.child.kill('SIGINT')
  await one.exit
})

test('a static member stays when it ends, and has its partitions when it comes back', async () => {
  await topicOf('static', ['a'])
  const line = ['consume', 'static', '--group', 'st', '--instance', 'host-7']
  expect((await served.cli(line)).stdout.toString()).toBe('a\n')
  expect(await state('st')).toEqual({ members: 1, offsets: [1] })
  await produce('static', ['b'])
  expect((await served.cli(line)).stdout.toString()).toBe('b\n')
  expect(await state('st')).toEqual({ members: 1, offsets: [2] })
})

test('a reader that has enough closes the pipe: that is success, and the member leaves', async () => {
  await topicOf('piped', [])
  await produce(
    'piped',
    Array.from({ length: 2000 }, () => 'x'.repeat(1000)),
  )
  const child = spawnCli(['consume', 'piped', '--group', 'p', '--server', served.url])
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(errors.join('')).toBe('')
  expect(await state('p')).toMatchObject({ members: 0 })
})

test('a topic that is not there is status 3, and no group is begun', async () => {
  expect((await served.cli(['consume', 'absent', '--group', 'none'])).status).toBe(3)
  expect((await served.cli(['group', 'describe', 'none'])).status).toBe(3)
})

test.each([
  [['--group', 'g', '--offset', 'latest'], '--start earliest, or latest'],
  [['--group', 'g', '--from', '1h'], 'millrace group reset g once --to-time TIME'],
  [['--group', 'g', '--last', '5'], 'millrace group reset g once --shift=-COUNT'],
  [['--group', 'g', '--until', 'now'], '-n ends after so many records'],
  [['--group', 'g', '--partition', '0'], 'Leave out one of them.'],
  [['--group', 'g', '--key', 'a'], 'Leave out one of them.'],
  [['--start', 'latest'], 'Add --group GROUP'],
  [['--instance', 'host-7'], 'Add --group GROUP'],
  [['--group', '../g'], 'A group has 1 to 249'],
])('%j is status 2, and what to do instead is said', async (options, next) => {
  const run = await served.cli(['consume', 'once', ...options])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain(next)
})
