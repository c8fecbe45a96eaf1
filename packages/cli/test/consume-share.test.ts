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

/** A topic and a share group of this name. */
async function shared(name: string, lines: readonly string[]): Promise<void> {
  await served.client.topics.create(name)
  if (lines.length > 0) await produce(name, lines)
  await served.client.shareGroups.put(name, { topics: [name], retryDelaysMs: [0] })
}

async function produce(topic: string, lines: readonly string[]): Promise<void> {
  await using producer = served.client.producer(topic)
  for (const value of lines) void producer.send({ key: 'k', value })
}

async function state(group: string): Promise<unknown> {
  const { partitions } = await served.client.shareGroups.describe(group)
  return partitions.map(({ unsettled, acquired }) => ({ unsettled, acquired }))
}

test('what there is, is printed and accepted; what comes later is for the next one', async () => {
  await shared('once', ['a', 'b'])
  const first = await served.cli(['consume', '--share', 'once', '--consumer', 'w1'])
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(first.stdout.toString()).toBe('a\nb\n')
  expect(await state('once')).toEqual([{ unsettled: 0, acquired: 0 }])
  await produce('once', ['c'])
  const second = await served.cli(['consume', '--share', 'once', '-o', 'jsonl'])
  expect(jsonLines(second)).toMatchObject([{ partition: 0, offset: 2, key: 'k', valueText: 'c' }])
  const third = await served.cli(['consume', '--share', 'once', '-o', 'json'])
  expect(third).toMatchObject({ status: 0, stderr: '' })
  expect(third.stdout.toString()).toBe('[]\n')
})

test('-n accepts so many and takes no more, also of one that follows', async () => {
  await shared('some', ['a', 'b', 'c', 'd'])
  const first = await served.cli(['consume', '--share', 'some', '-n', '3'])
  expect(first.stdout.toString()).toBe('a\nb\nc\n')
  expect(await state('some')).toEqual([{ unsettled: 1, acquired: 0 }])
  const second = await served.cli(['consume', '--share', 'some', '--follow', '-n', '1'])
  expect(second).toMatchObject({ status: 0, stderr: '' })
  expect(second.stdout.toString()).toBe('d\n')
  expect(await state('some')).toEqual([{ unsettled: 0, acquired: 0 }])
})

test('one that follows prints what comes; interrupted, it has accepted what it printed, and is status 130', async () => {
  await shared('followed', ['a'])
  const line = ['consume', '--share', 'followed', '--follow', '--server', served.url]
  const child = spawnCli(line)
  const exit = once(child, 'exit')
  const records = createInterface(child.stdout)[Symbol.asyncIterator]()
  expect(await records.next()).toEqual({ done: false, value: 'a' })
  await produce('followed', ['b'])
  expect(await records.next()).toEqual({ done: false, value: 'b' })
  child.kill('SIGINT')
  expect(await exit).toEqual([130, null])
  expect(await state('followed')).toEqual([{ unsettled: 0, acquired: 0 }])
})

test('a reader that has enough closes the pipe: that is success, and what it did not get is given back', async () => {
  await shared('piped', [])
  await produce(
    'piped',
    Array.from({ length: 2000 }, () => 'x'.repeat(1000)),
  )
  const child = spawnCli(['consume', '--share', 'piped', '--server', served.url])
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(errors.join('')).toBe('')
  expect(await state('piped')).toMatchObject([{ acquired: 0 }])
})

test('a share group that is not there is status 3', async () => {
  const run = await served.cli(['consume', '--share', 'absent'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('There is no share group absent.')
})

test.each([
  [['once', '--share', 'g'], 'the group has its topics.'],
  [['--share', 'g', '--start', 'latest'], 'millrace share create GROUP TOPIC --start latest'],
  [['--share', 'g', '--group', 'g'], 'Leave out one of them.'],
  [['--share', 'g', '--key', 'a'], 'Leave out one of them.'],
  [['once', '--consumer', 'w1'], 'Add --share GROUP, or leave it out.'],
  [['once', '--group', 'g', '--consumer', 'w1'], '--instance NAME'],
  [[], 'millrace consume --share GROUP'],
])('consume %j is status 2, and what to do instead is said', async (options, next) => {
  const run = await served.cli(['consume', ...options])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain(next)
})
