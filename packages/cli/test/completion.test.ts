import type { Assignment } from '@millrace/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
  await served.client.topics.create('orders')
  await served.client.topics.create('users')
  await served.client.schemas.register('orders-value', { schema: '"string"' })
  await served.client.shareGroups.put('mail', { topics: ['orders'] })
  await served.client.offsets.commit('billing', [{ topic: 'orders', partition: 0, offset: 0 }])
})
afterAll(async () => served[Symbol.asyncDispose]())

async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const environment = { MILLRACE_SERVER: served.url }
  const run = await runCli(['complete', '--', ...words], { environment })
  expect(run.status).toBe(0)
  expect(run.stderr).toBe('')
  const lines = run.stdout.toString().trimEnd().split('\n')
  return lines.filter((line) => !line.startsWith(':')).map((line) => line.split('\t')[0] ?? '')
}

test('commands, and the commands below them', async () => {
  expect(await offered('con')).toEqual(['consume', 'context'])
  expect(await offered('topic', 'd')).toEqual(['describe', 'delete'])
})

test('topics and groups, as the server has them', async () => {
  expect(await offered('consume', 'o')).toEqual(['orders'])
  expect(await offered('topic', 'describe', '')).toEqual(['orders', 'users'])
  expect(await offered('offset', 'ls', 'b')).toEqual(['billing'])
  expect(await offered('offset', 'ls', 'billing', '--topic', '')).toEqual(['orders', 'users'])
  expect(await offered('group', 'describe', 'b')).toEqual(['billing'])
  expect(await offered('group', 'reset', 'billing', 'o')).toEqual(['orders'])
  expect(await offered('consume', 'orders', '--group', '')).toEqual(['billing'])
  expect(await offered('share', 'describe', '')).toEqual(['mail'])
  expect(await offered('share', 'create', 'post', 'o')).toEqual(['orders'])
  expect(await offered('consume', '--share', '')).toEqual(['mail'])
})

test('subjects of the registry', async () => {
  expect(await offered('schema', 'get', '')).toEqual(['orders-value'])
  expect(await offered('schema', 'check', 'o')).toEqual(['orders-value'])
  expect(await offered('consume', 'orders', '--schema', 'o')).toEqual(['orders-value'])
  expect(await offered('schema', 'config', '--mode', 'READO')).toEqual([
    'READONLY',
    'READONLY_OVERRIDE',
  ])
})

test('members of the group that is named: a static one by its instance', async () => {
  const assigned = Promise.withResolvers<Assignment>()
  await using member = served.client.groupConsumer('crew', ['orders'], {
    instanceId: 'host-7',
    onAssignment: assigned.resolve,
  })
  void member[Symbol.asyncIterator]().next()
  await assigned.promise
  expect(await offered('group', 'leave', 'crew', '')).toEqual(['host-7'])
})

test('options, and what they may be, also those of the program', async () => {
  expect(await offered('consume', 'orders', '--fo')).toEqual(['--follow'])
  expect(await offered('consume', 'orders', '-o', '')).toEqual(['table', 'json', 'jsonl'])
  expect(await offered('produce', 'orders', '--format', 'j')).toEqual(['jsonl'])
})

test('without a server there is nothing to offer, and nothing is said', async () => {
  const environment = { MILLRACE_SERVER: '127.0.0.1:9' }
  const run = await runCli(['complete', '--', 'consume', 'o'], { environment })
  expect(run.stdout.toString()).toMatch(/^:\d+\n$/)
  expect(run.stderr).toBe('')
})

test.each(['bash', 'zsh', 'fish'])('there is a script for %s', async (shell) => {
  const run = await runCli(['completion', shell])
  expect(run.status).toBe(0)
  expect(run.stdout.toString()).toContain('millrace complete -- ')
})

test('a shell that it does not know is status 2', async () => {
  expect((await runCli(['completion', 'tcsh'])).status).toBe(2)
})
