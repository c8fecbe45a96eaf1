import { once } from 'node:events'
import { connect } from 'node:net'
import type { AcquireAnswer, AcquiredRecord } from '@millrace/http-api/share-records'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, fetchAll, produce } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
  await createTopic(serving, 't')
  await createTopic(serving, 'quiet')
  await createTopic(serving, 'dead')
  await produce(serving, 't', [
    { key: 'a', value: 0 },
    { key: 'b', value: 1 },
    { key: 'a', value: 2 },
  ])
})
afterAll(() => serving[Symbol.asyncDispose]())

function put(group: string, body: object) {
  return call(serving, `/v1/share-groups/${group}`, { method: 'PUT', body })
}

async function made(group: string, body: object = {}): Promise<string> {
  const { status, text } = await put(group, { topics: ['t'], retryDelaysMs: [0], ...body })
  expect(status, text).toBe(201)
  return group
}

function post(group: string, what: string, body: object) {
  return call(serving, `/v1/share-groups/${group}/${what}`, { body })
}

async function acquire(group: string, body: object = {}): Promise<AcquireAnswer> {
  const { status, text, json } = await post(group, 'acquire', { consumer: 'w', ...body })
  expect(status, text).toBe(200)
  return json
}

/** The only record of an acquire that waits for one. */
async function acquireOne(group: string, body: object = {}): Promise<AcquiredRecord> {
  const { records } = await acquire(group, { maxRecords: 1, waitMs: 20_000, ...body })
  expect(records).toHaveLength(1)
  return records[0]!
}

async function acknowledge(group: string, acknowledgements: readonly object[]) {
  const { status, text, json } = await post(group, 'acknowledge', { acknowledgements })
  expect(status, text).toBe(200)
  return json.acknowledged
}

describe('a share group', () => {
  test('is made, shown, given other settings, listed and deleted', async () => {
    const partition = {
      topic: 't',
      partition: 0,
      startOffset: 0,
      highWatermark: 3,
      unsettled: 3,
      acquired: 0,
      retrying: 0,
      parkedKeys: 0,
      deadLetters: 0,
      expired: 0,
      unreadable: 0,
      isFull: false,
    }
    const settings = {
      topics: ['t'],
      ordering: 'key',
      acquisitionLockMs: 30_000,
      maxDeliveryCount: 5,
      retryDelaysMs: [1_000, 5_000, 30_000],
      deadLetter: null,
    }
    const rest = { partitions: [partition], consumers: [], deadLetterProblem: null }
    const created = await put('life', { topics: ['t'] })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ group: 'life', ...settings, ...rest })
    const other = { topics: ['t'], ordering: 'none', deadLetter: { topic: 'dead' } }
    const changed = await put('life', other)
    expect(changed.status).toBe(200)
    const deadLetter = { topic: 'dead', policy: 'skip' }
    expect(changed.json).toMatchObject({ ...settings, ordering: 'none', deadLetter })
    expect((await call(serving, '/v1/share-groups/life')).json).toEqual(changed.json)
    await made('life-2')
    const { json: page } = await call(serving, '/v1/share-groups?after=lif&limit=1')
    const listed = { group: 'life', topics: ['t'], ordering: 'none' }
    expect(page).toEqual({ groups: [listed], next: 'life' })
    const deleting = () => call(serving, '/v1/share-groups/life', { method: 'DELETE' })
    expect((await deleting()).status).toBe(204)
    expect((await deleting()).json).toMatchObject({ status: 404, code: 'UNKNOWN_GROUP' })
  })

  test.each([
    { topics: ['t'], ordering: 'none', deadLetter: { topic: 'dead', policy: 'park-key' } },
    { topics: ['t'], deadLetter: { topic: 't' } },
  ])('whose settings contradict each other is refused: %j', async (body) => {
    const refused = { status: 400, code: 'INVALID_REQUEST', appended: false }
    expect((await put('contradictory', body)).json).toMatchObject(refused)
    expect((await call(serving, '/v1/share-groups/contradictory')).status).toBe(404)
  })

  test('that is not there is told of wherever it is asked for, and how to make it', async () => {
    for (const answer of [
      await call(serving, '/v1/share-groups/none'),
      await call(serving, '/v1/share-groups/none', { method: 'DELETE' }),
      await post('none', 'acquire', { consumer: 'w' }),
      await post('none', 'acknowledge', { acknowledgements: [{ receipt: 'r', type: 'accept' }] }),
      await post('none', 'redrive', { all: true }),
    ]) {
      expect(answer.json).toMatchObject({ status: 404, code: 'UNKNOWN_GROUP' })
      expect(answer.json.detail).toContain('/v1/share-groups/')
    }
  })
})

describe('a record', () => {
  test('that is accepted is done, and its receipt is over', async () => {
    const group = await made('accepting')
    const before = Date.now()
    const { records } = await acquire(group, { maxRecords: 2 })
    expect(records).toMatchObject([
      { topic: 't', partition: 0, offset: 0, deliveryCount: 1, key: 'a', value: 0, headers: [] },
      { topic: 't', partition: 0, offset: 1, deliveryCount: 1, key: 'b', value: 1 },
    ])
    expect(records[0]!.lockedUntil).toBeGreaterThanOrEqual(before + 30_000)
    const accepts = records.map(({ receipt }) => ({ receipt, type: 'accept' }))
    expect(await acknowledge(group, accepts)).toEqual(
      accepts.map(({ receipt }) => ({ receipt, code: null })),
    )
    expect(await acknowledge(group, accepts)).toEqual(
      accepts.map(({ receipt }) => ({ receipt, code: 'RECEIPT_EXPIRED' })),
    )
    expect((await acquireOne(group)).offset).toBe(2)
    const { json } = await call(serving, `/v1/share-groups/${group}`)
    expect(json.consumers).toEqual([{ consumer: 'w', acquired: 1 }])
    expect(json.partitions).toMatchObject([{ startOffset: 2, unsettled: 1, acquired: 1 }])
  })

  test('is acknowledged by the acquire that gets the next, which shows it as it is told to', async () => {
    const group = await made('together')
    const { receipt } = await acquireOne(group)
    const acknowledgements = [{ receipt, type: 'accept' }]
    const next = await acquire(group, { maxRecords: 1, format: 'base64', acknowledgements })
    expect(next.acknowledged).toEqual([{ receipt, code: null }])
    expect(next.records).toMatchObject([{ offset: 1, keyBase64: 'Yg==', valueBase64: 'MQ==' }])
  })

  test('that is released comes again, and counts its deliveries', async () => {
    const group = await made('releasing')
    const { receipt } = await acquireOne(group)
    const release = { receipt, type: 'release', delayMs: 0, reason: 'not now' }
    expect(await acknowledge(group, [release])).toEqual([{ receipt, code: null }])
    const again = await acquireOne(group)
    expect(again).toMatchObject({ offset: 0, deliveryCount: 2 })
    expect(again.receipt).not.toBe(receipt)
  })

  test('that is renewed is kept for longer', async () => {
    const group = await made('renewing')
    const { receipt, lockedUntil } = await acquireOne(group)
    const [renewed] = await acknowledge(group, [{ receipt, type: 'renew' }])
    expect(renewed).toMatchObject({ receipt, code: null })
    expect(renewed.lockedUntil).toBeGreaterThanOrEqual(lockedUntil)
    expect(await acknowledge(group, [{ receipt, type: 'accept' }])).toMatchObject([{ code: null }])
  })

  test('whose lock ran out is for another, and what is said of it too late does nothing', async () => {
    const group = await made('expiring', { acquisitionLockMs: 1_000 })
    const { records } = await acquire(group)
    expect(records).toHaveLength(3)
    const again = await acquireOne(group, { consumer: 'v' })
    expect(again).toMatchObject({ offset: 0, deliveryCount: 2 })
    const late = { receipt: records[0]!.receipt, type: 'accept' }
    const timely = { receipt: again.receipt, type: 'renew' }
    const said = await acknowledge(group, [late, timely])
    expect(said).toMatchObject([{ code: 'RECEIPT_EXPIRED' }, { code: null }])
  })

  test('that is rejected is a dead letter, and comes again when it is redriven', async () => {
    const group = await made('rejecting', { deadLetter: { topic: 'dead' } })
    const { receipt } = await acquireOne(group)
    await acknowledge(group, [{ receipt, type: 'reject', reason: 'no such address' }])
    const lettersOf = async () => {
      const { json } = await call(serving, `/v1/share-groups/${group}`)
      return json.partitions[0].deadLetters
    }
    await expect.poll(lettersOf).toBe(1)
    const letters = await fetchAll(serving, 'dead')
    expect(letters).toMatchObject([{ key: 'a', value: 0 }])
    const redriven = await post(group, 'redrive', { key: 'a' })
    expect(redriven.json).toEqual({ redriven: 1, gone: 0, left: 0 })
    const { records } = await acquire(group, { waitMs: 20_000 })
    const ofKey = records.filter(({ key }) => key === 'a')
    expect(ofKey).toMatchObject([
      { topic: 't', offset: 0, value: 0 },
      { topic: 't', offset: 2, value: 2 },
    ])
  })
})

test('keys that have a schema are redriven as they are shown, whatever version they were written with', async () => {
  const keyed = async (topic: string, versions: readonly string[], keys: readonly unknown[]) => {
    for (const [index, schema] of versions.entries()) {
      await serving.broker.schemas.register(`${topic}-key`, { schema, references: [] })
      const keySchema = { subject: `${topic}-key`, onMisfit: 'reject' }
      const method = index === 0 ? 'PUT' : 'PATCH'
      await call(serving, `/v1/topics/${topic}`, { method, body: { config: { keySchema } } })
      await produce(
        serving,
        topic,
        keys.map((key) => ({ key, value: topic })),
      )
    }
  }
  const long = 'L'.repeat(100)
  await keyed('kt', ['"string"', '{"type":"string","doc":"2"}'], ['user-1', 'user-2', '7', long])
  await keyed('kl', ['"long"'], [7, 8])
  const fields = [{ name: 'id', type: 'int' }]
  const note = { name: 'note', type: ['null', 'string'], default: null }
  const record = (...more: object[]) =>
    JSON.stringify({ type: 'record', name: 'K', fields: [...fields, ...more] })
  await keyed('kr', [record(), record(note)], [{ id: 1 }])
  const group = await made('redriving-shown', {
    topics: ['kt', 'kl', 'kr'],
    deadLetter: { topic: 'dead', policy: 'park-key' },
  })
  const count = 12
  let given = 0
  while (given < count) {
    const { records } = await acquire(group, { maxRecords: 100, waitMs: 20_000 })
    given += records.length
    await acknowledge(
      group,
      records.map(({ receipt }) => ({ receipt, type: 'reject', reason: 'no' })),
    )
  }
  const letters = async () => {
    const { json } = await call(serving, `/v1/share-groups/${group}`)
    const partitions: readonly { readonly deadLetters: number }[] = json.partitions
    return partitions.reduce((sum, { deadLetters }) => sum + deadLetters, 0)
  }
  await expect.poll(letters).toBe(count)
  const redriven = async (key: unknown) => {
    const { json } = await post(group, 'redrive', { key })
    return json.redriven ?? json.code
  }
  expect(await redriven('nobody')).toBe(0)
  expect(await redriven({ id: 2 })).toBe(0)
  expect(await redriven('user-1')).toBe(2)
  expect(await redriven(long)).toBe(2)
  expect(await redriven(8)).toBe(1)
  // As a filter of a fetch has it: the text "7", and the number.
  expect(await redriven('7')).toBe(3)
  expect(await redriven({ id: 1 })).toBe(1)
  expect(await redriven('{"note":null, "id":1}')).toBe(1)
  expect(await redriven(null)).toBe('INVALID_REQUEST')
  expect(await redriven({ id: 2 ** 53 })).toBe('INVALID_REQUEST')
  expect(await letters()).toBe(count - 2 - 2 - 1 - 3 - 1 - 1)
})

test('a key that is no text is refused where no topic has a schema for keys', async () => {
  const group = await made('redriving-json', { deadLetter: { topic: 'dead' } })
  for (const key of [7, { id: 1 }, null]) {
    expect((await post(group, 'redrive', { key })).json).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
      errors: [{ path: '/key' }],
    })
  }
})

test('nothing is redriven where nothing was given up on', async () => {
  const group = await made('redriving-none', { deadLetter: { topic: 'dead' } })
  for (const body of [{ all: true }, { key: 'a' }, { keyBase64: 'YQ==' }]) {
    const { status, json } = await post(group, 'redrive', body)
    expect(status).toBe(200)
    expect(json).toEqual({ redriven: 0, gone: 0, left: 0 })
  }
})

describe('a receipt', () => {
  test('that was changed, or is of another group, is refused, and nothing of the call is done', async () => {
    const group = await made('sealing')
    const other = await made('sealing-2')
    const { receipt } = await acquireOne(group)
    const changed = `${receipt.slice(0, -1)}${receipt.endsWith('A') ? 'B' : 'A'}`
    const refused = { status: 400, code: 'INVALID_REQUEST', retriable: false, appended: false }
    const good = { receipt, type: 'accept' }
    const bad = { receipt: changed, type: 'accept' }
    const saying = { acknowledgements: [good, bad] }
    expect((await post(group, 'acknowledge', saying)).json).toMatchObject(refused)
    expect((await post(group, 'acquire', { consumer: 'w', ...saying })).json).toMatchObject(refused)
    const elsewhere = await post(other, 'acknowledge', { acknowledgements: [good] })
    expect(elsewhere.json).toMatchObject(refused)
    expect(await acknowledge(group, [good])).toEqual([{ receipt, code: null }])
  })
})

describe('an acquire that waits', () => {
  const waiting = () => serving.broker.metrics().shares.waiting

  test('is answered when a record is produced', async () => {
    const group = await made('woken', { topics: ['quiet'], start: 'latest' })
    const acquiring = acquireOne(group, { waitMs: 60_000 })
    await expect.poll(waiting).toBe(1)
    await produce(serving, 'quiet', [{ value: 'up' }])
    expect(await acquiring).toMatchObject({ topic: 'quiet', value: 'up', deliveryCount: 1 })
    expect(waiting()).toBe(0)
  })

  test('ends when its caller goes away, and leaves what comes to others', async () => {
    const group = await made('left', { topics: ['quiet'], start: 'latest' })
    const controller = new AbortController()
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ consumer: 'w', waitMs: 60_000 })
    const { signal } = controller
    const url = `${serving.url}/v1/share-groups/${group}/acquire`
    const acquiring = fetch(url, { method: 'POST', headers, body, signal })
    await expect.poll(waiting).toBe(1)
    controller.abort()
    await expect(acquiring).rejects.toThrow('aborted')
    await expect.poll(waiting).toBe(0)
    await produce(serving, 'quiet', [{ value: 'later' }])
    expect(await acquireOne(group)).toMatchObject({ value: 'later', deliveryCount: 1 })
  })

  test('is answered when its consumer wants no more, and only that', async () => {
    const group = await made('ended', { topics: ['quiet'], start: 'latest' })
    const acquireFor = (consumer: string) => acquire(group, { consumer, waitMs: 60_000 })
    const ended = acquireFor('w1')
    const other = acquireFor('w2')
    await expect.poll(waiting).toBe(2)
    const path = `/v1/share-groups/${group}/consumers/w1/waits`
    expect(await call(serving, path, { method: 'DELETE' })).toMatchObject({ status: 204 })
    expect(await ended).toEqual({ records: [], acknowledged: [] })
    expect(waiting()).toBe(1)
    await produce(serving, 'quiet', [{ value: 'for the other' }])
    expect((await other).records).toMatchObject([{ value: 'for the other' }])
    expect(await call(serving, path, { method: 'DELETE' })).toMatchObject({ status: 204 })
  })

  test('whose answer does not get through to its caller has its records given back', async () => {
    await createTopic(serving, 'large')
    const value = 'x'.repeat(900_000)
    for (let count = 0; count < 18; count++) await produce(serving, 'large', [{ value }])
    const group = await made('torn', { topics: ['large'], acquisitionLockMs: 3_600_000 })
    const body = JSON.stringify({ consumer: 'w', maxRecords: 20, maxBytes: 16_777_216 })
    const { host, hostname, port } = new URL(serving.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /v1/share-groups/${group}/acquire HTTP/1.1\r\nHost: ${host}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    // More than the connection holds: most of it is the server's yet.
    await once(socket, 'data')
    socket.destroy()
    const consumers = async () => (await call(serving, `/v1/share-groups/${group}`)).json.consumers
    await expect.poll(consumers, { timeout: 10_000 }).toEqual([])
    expect(await acquireOne(group)).toMatchObject({ offset: 0, deliveryCount: 1 })
  })

  test('is answered with nothing when there was nothing, and when the server stops', async () => {
    await using own = await serve()
    await createTopic(own, 't')
    await call(own, '/v1/share-groups/g', { method: 'PUT', body: { topics: ['t'] } })
    const acquireFor = (waitMs: number) =>
      call(own, '/v1/share-groups/g/acquire', { body: { consumer: 'w', waitMs } })
    const nothing = { status: 200, json: { records: [], acknowledged: [] } }
    expect(await acquireFor(0)).toMatchObject(nothing)
    expect(await acquireFor(20)).toMatchObject(nothing)
    const stopped = acquireFor(60_000)
    await expect.poll(() => own.broker.metrics().shares.waiting).toBe(1)
    await own.app.close()
    expect(await stopped).toMatchObject(nothing)
  })
})

test('the metrics page has share groups, and each of their partitions', async () => {
  const group = await made('measured')
  await acquire(group, { maxRecords: 2 })
  const { text } = await call(serving, '/metrics')
  const labels = '{group="measured",topic="t",partition="0"}'
  expect(text).toMatch(/^millrace_share_groups [1-9]/m)
  expect(text).toContain(`millrace_share_group_acquired_records${labels} 2\n`)
  expect(text).toContain(`millrace_share_group_unsettled_records${labels} 3\n`)
})
