import { afterAll, beforeAll, expect, test } from 'vitest'
import { describe } from '../src/share/describe-share-group.ts'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
  for (const topic of ['orders', 'users', 'orders.dead']) {
    await served.client.topics.create(topic)
  }
  const stdin = Buffer.from('a\nb\nc\n')
  await served.cli(['produce', 'orders', '--key', 'k'], { stdin })
})
afterAll(async () => served[Symbol.asyncDispose]())

async function described(group: string): Promise<unknown> {
  const run = await served.cli(['share', 'describe', group, '-o', 'json'])
  expect(run).toMatchObject({ status: 0, stderr: '' })
  return JSON.parse(run.stdout.toString())
}

test('a share group is made with what is named, and made again it is the same or refused', async () => {
  const settings = ['--ordering', 'key', '--lock', '1m', '--max-deliveries', '3']
  const letters = ['--dead-letter', 'orders.dead', '--dead-letter-policy', 'park-key']
  const line = ['share', 'create', 'mail', 'orders', ...settings, ...letters]
  const made = await served.cli([...line, '--retry-delays', '0ms,1.5s,1m'])
  expect(made).toMatchObject({ status: 0, stderr: '' })
  expect(made.stdout.toString()).toMatch(
    /^share group +mail\ntopics +orders\nordering +key\nlock +1m\nmax deliveries +3\n/,
  )
  expect(await described('mail')).toMatchObject({
    topics: ['orders'],
    acquisitionLockMs: 60_000,
    maxDeliveryCount: 3,
    retryDelaysMs: [0, 1_500, 60_000],
    deadLetter: { topic: 'orders.dead', policy: 'park-key' },
  })
  expect((await served.cli(line)).status).toBe(0)
  const other = await served.cli(['share', 'create', 'mail', 'orders', '--lock', '2m'])
  expect(other.status).toBe(4)
  expect(other.stderr).toContain('it differs in acquisitionLockMs.')
  const elsewhere = await served.cli(['share', 'create', 'mail', 'users'])
  expect(elsewhere.stderr).toContain('it differs in topics.')
})

test('alter changes what is named, and leaves the rest', async () => {
  const line = ['share', 'create', 'altered', 'orders', '--lock', '1m', '--retry-delays', '2s']
  await served.cli([...line, '--dead-letter', 'orders.dead'])
  const alter = async (...change: readonly string[]): Promise<void> => {
    const run = await served.cli(['share', 'alter', 'altered', ...change])
    expect(run).toMatchObject({ status: 0, stderr: '' })
  }
  await alter('--max-deliveries', '2')
  expect(await described('altered')).toMatchObject({
    acquisitionLockMs: 60_000,
    maxDeliveryCount: 2,
    retryDelaysMs: [2_000],
    deadLetter: { topic: 'orders.dead', policy: 'skip' },
  })
  await alter('--dead-letter-policy', 'park-key')
  expect(await described('altered')).toMatchObject({
    deadLetter: { topic: 'orders.dead', policy: 'park-key' },
  })
  await alter('orders', 'users', '--no-dead-letter')
  expect(await described('altered')).toMatchObject({
    topics: ['orders', 'users'],
    maxDeliveryCount: 2,
    deadLetter: null,
  })
  await alter('--ordering', 'none')
  expect(await described('altered')).toMatchObject({ ordering: 'none', retryDelaysMs: [2_000] })
})

test('share groups are listed and described: settings, partitions, who holds records', async () => {
  await served.cli(['share', 'create', 'shown', 'orders'])
  expect(jsonLines(await served.cli(['share', 'ls', '-o', 'jsonl']))).toContainEqual({
    group: 'shown',
    topics: ['orders'],
    ordering: 'key',
  })
  await served.client.shareGroups.acquire('shown', { consumer: 'w1', maxRecords: 2 })
  const people = (await served.cli(['share', 'describe', 'shown'])).stdout.toString()
  expect(people).toMatch(/\nretry delays +1s, 5s, 30s\ndead letters +none\n\nTOPIC /)
  expect(people).toMatch(/\norders +0 +0 +2 +3 +3 +2 +0 +0 +0 +0\n\nCONSUMER +ACQUIRED\nw1 +2\n$/)
})

test('what damage made unreadable is shown where there is any', async () => {
  await served.cli(['share', 'create', 'whole', 'orders'])
  const whole = await served.client.shareGroups.describe('whole')
  expect(describe(whole)).not.toContain('UNREADABLE')
  const partitions = whole.partitions.map((state) => ({ ...state, unreadable: 1_200 }))
  expect(describe({ ...whole, partitions })).toMatch(/ EXPIRED +UNREADABLE\norders .* 0 +1,200\n/)
})

test('redrive hands out dead letters again', async () => {
  const line = ['share', 'create', 'dead', 'orders', '--dead-letter', 'orders.dead']
  await served.cli([...line, '--max-deliveries', '1'])
  const { shareGroups } = served.client
  const { records } = await shareGroups.acquire('dead', { consumer: 'w1', maxRecords: 1 })
  const receipt = records[0]?.receipt ?? ''
  await shareGroups.acknowledge('dead', [{ receipt, type: 'reject', reason: 'no' }])
  while ((await shareGroups.describe('dead')).partitions[0]?.deadLetters !== 1) await pause()
  const run = await served.cli(['share', 'redrive', 'dead', '--key', 'k'])
  expect(run).toMatchObject({ status: 0, stderr: '' })
  expect(run.stdout.toString()).toBe('1 dead letter of dead will be handed out again.\n')
  const again = await served.cli(['share', 'redrive', 'dead', '--all', '-o', 'jsonl'])
  expect(jsonLines(again)).toEqual([{ group: 'dead', redriven: 0, gone: 0, left: 0 }])
})

test('redrive finds a key that has a schema as it is shown, and says when there is none', async () => {
  const { client } = served
  await client.schemas.register('keyed-key', { schema: '"string"' })
  const keySchema = { subject: 'keyed-key', onMisfit: 'reject' } as const
  await client.topics.create('keyed', { config: { keySchema } })
  await served.cli(['produce', 'keyed', '--key', 'user-1'], { stdin: Buffer.from('a\n') })
  const letters = ['--dead-letter', 'orders.dead']
  await served.cli(['share', 'create', 'keyed', 'keyed', ...letters])
  const { records } = await client.shareGroups.acquire('keyed', { consumer: 'w1' })
  const receipt = records[0]?.receipt ?? ''
  await client.shareGroups.acknowledge('keyed', [{ receipt, type: 'reject' }])
  const described = () => client.shareGroups.describe('keyed')
  await expect.poll(async () => (await described()).partitions[0]?.deadLetters).toBe(1)
  const none = await served.cli(['share', 'redrive', 'keyed', '--key', 'user-2'])
  expect(none).toMatchObject({ status: 0, stderr: '' })
  expect(none.stdout.toString()).toBe(
    'keyed has no dead letter of key user-2 that was not redriven. ' +
      'Dead letters and their keys: millrace consume orders.dead -o jsonl\n',
  )
  const run = await served.cli(['share', 'redrive', 'keyed', '--key', 'user-1'])
  expect(run.stdout.toString()).toBe('1 dead letter of keyed will be handed out again.\n')
})

test('delete shows what would go, and lets it go with --yes', async () => {
  await served.cli(['share', 'create', 'gone', 'orders'])
  const shown = await served.cli(['share', 'delete', 'gone'])
  expect(shown.stdout.toString()).toBe(
    'Would delete gone: 3 records not settled. To do it, add --yes\n',
  )
  const done = await served.cli(['share', 'rm', 'gone', '--yes'])
  expect(done.stdout.toString()).toBe('Deleted gone: 3 records not settled.\n')
  expect((await served.cli(['share', 'describe', 'gone'])).status).toBe(3)
})

test('an unknown share group is status 3, and the nearest is named', async () => {
  await served.cli(['share', 'create', 'nearby', 'orders'])
  const run = await served.cli(['share', 'describe', 'naerby'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('There is no share group naerby.\nDid you mean nearby?')
})

test('a topic that is not there is status 3, and the nearest is named', async () => {
  for (const line of [['oders'], ['users', 'oders'], ['users', '--dead-letter', 'oders']]) {
    const run = await served.cli(['share', 'create', 'lost', ...line])
    expect(run.status).toBe(3)
    expect(run.stderr).toContain('There is no topic oders.\nDid you mean orders?')
  }
})

test.each([
  [['create', 'g'], 'missing required argument'],
  [['create', 'g', 'orders', '--ordering', 'time'], 'Allowed choices are key, none'],
  [['create', 'g', 'orders', '--retry-delays', '1s,5'], 'It is to be as 30s, 5m or 1h.'],
  [['create', 'g', 'orders', '--dead-letter-policy', 'skip'], 'Add --dead-letter TOPIC.'],
  [['alter', 'g'], 'Name a setting'],
  [['redrive', 'g'], 'Give one of --key KEY and --all.'],
  [['redrive', 'g', '--key', 'k', '--all'], 'Give one of --key KEY and --all.'],
  [['describe', '../g'], 'A group has 1 to 249'],
])('share %j is status 2, and what to do instead is said', async (line, next) => {
  const run = await served.cli(['share', ...line])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain(next)
})

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}
