import type { Assignment, GroupConsumer } from '@millrace/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
  await served.client.topics.create('orders', { partitions: 2 })
  const stdin = Buffer.from('a\nb\nc\nd\n')
  await served.cli(['produce', 'orders', '--partition', '0'], { stdin })
  await served.cli(['produce', 'orders', '--partition', '1'], { stdin })
})
afterAll(async () => served[Symbol.asyncDispose]())

/** A member that has its partitions, and does nothing with their records. */
async function join(group: string, instanceId?: string): Promise<GroupConsumer> {
  const assigned = Promise.withResolvers<Assignment>()
  const consumer = served.client.groupConsumer(group, ['orders'], {
    ...(instanceId === undefined ? {} : { instanceId }),
    onAssignment: assigned.resolve,
  })
  void consumer[Symbol.asyncIterator]().next()
  await assigned.promise
  return consumer
}

async function described(group: string): Promise<unknown> {
  const run = await served.cli(['group', 'describe', group, '-o', 'json'])
  expect(run.status).toBe(0)
  return JSON.parse(run.stdout.toString())
}

test('a group is listed and described: its members, what they read, and how far it is', async () => {
  await using _member = await join('billing', 'host-7')
  expect(jsonLines(await served.cli(['group', 'ls', '-o', 'jsonl']))).toContainEqual({
    group: 'billing',
    state: 'Stable',
  })
  expect(await described('billing')).toMatchObject({
    state: 'Stable',
    members: [{ instanceId: 'host-7', assignment: [{ topic: 'orders', partitions: [0, 1] }] }],
    lag: 8,
  })
  const people = (await served.cli(['group', 'describe', 'billing'])).stdout.toString()
  expect(people).toMatch(/^group +billing\nstate +Stable\nepoch +1\nlag +8 \(.* behind\)\n\nMEMBER/)
  expect(people).toMatch(/ host-7 +orders:0,1\n/)
  expect(people).toMatch(/\norders +1 +0 +4 +4 /)
})

test('an unknown group is status 3, and where to look is said', async () => {
  const run = await served.cli(['group', 'describe', 'nobody'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('millrace group ls')
})

test('group reset shows what would move, and moves with --yes, also under a member', async () => {
  await using _member = await join('moved')
  const line = ['group', 'reset', 'moved', 'orders', '--to', 'latest', '-o', 'jsonl']
  const shown = await served.cli(line)
  expect(jsonLines(shown)).toMatchObject([
    { partition: 0, from: 0, to: 4 },
    { partition: 1, from: 0, to: 4 },
  ])
  expect(shown.stderr).toContain('Nothing was moved. To do it, add --yes')
  expect(await described('moved')).toMatchObject({ lag: 8 })
  expect((await served.cli([...line, '--yes'])).status).toBe(0)
  expect(await described('moved')).toMatchObject({ lag: 0 })
})

test('group delete shows what would go, and lets it go with --yes', async () => {
  await served.cli(['offset', 'commit', 'gone', 'orders', '0:1', '1:1'])
  const shown = await served.cli(['group', 'delete', 'gone'])
  expect(shown.stdout.toString()).toBe(
    'Would delete gone: 2 committed offsets. To do it, add --yes\n',
  )
  expect((await served.cli(['group', 'describe', 'gone'])).status).toBe(0)
  const done = await served.cli(['group', 'rm', 'gone', '--yes'])
  expect(done.stdout.toString()).toBe('Deleted gone: 2 committed offsets.\n')
  expect((await served.cli(['group', 'describe', 'gone'])).status).toBe(3)
})

test('a group with members is not deleted: status 4, and what to do first', async () => {
  await using _member = await join('held')
  for (const line of [['held'], ['held', '--yes']]) {
    const run = await served.cli(['group', 'delete', ...line])
    expect(run.status).toBe(4)
    expect(run.stderr).toContain('held has 1 member.\nEnd them first, or take them out: millrace')
  }
})

test('group leave takes out a member, by its id or by its instance', async () => {
  await using member = await join('left', 'host-7')
  await using _other = await join('left')
  const run = await served.cli(['group', 'leave', 'left', 'host-7'])
  expect(run.status).toBe(0)
  expect(run.stdout.toString()).toMatch(/^Took host-7 out of left/)
  const [rest] = (await served.client.groups.describe('left')).members
  expect(rest?.instanceId).toBeNull()
  const memberId = rest?.memberId ?? ''
  const last = await served.cli(['group', 'leave', 'left', memberId, '-o', 'jsonl'])
  expect(jsonLines(last)).toMatchObject([{ group: 'left', memberId, instanceId: null }])
  expect(await described('left')).toMatchObject({ state: 'Empty', members: [] })
  await member.close()
})

test('a member that is not there is status 3, and the nearest is named', async () => {
  await using _member = await join('near', 'host-7')
  const run = await served.cli(['group', 'leave', 'near', 'hots-7'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('near has no member hots-7.\nDid you mean host-7?')
})

test.each([
  [['reset', 'g', 'orders']],
  [['reset', 'g', 'orders', '--to', 'earliest', '--shift', '1']],
  [['describe', '../g']],
  [['leave', 'g', '../m']],
])('group %j is status 2', async (line) => {
  expect((await served.cli(['group', ...line])).status).toBe(2)
})
