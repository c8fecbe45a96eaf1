import { afterAll, beforeAll, expect, test } from 'vitest'
import { avro, type AvroRecord } from '../src/avro.ts'
import { type Client, createClient, MillraceError } from '../src/index.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = createClient(server.url)
})
afterAll(async () => server[Symbol.asyncDispose]())

interface Order {
  readonly id: number | bigint
  readonly note: string | null
}
type OrderInput = Pick<Order, 'id'> & Partial<Order>

const ORDER = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
}

async function recordsOf<T>(records: AsyncIterable<AvroRecord<T>>): Promise<AvroRecord<T>[]> {
  const all = []
  for await (const record of records) all.push(record)
  return all
}

test('records are produced and consumed as typed values, and are what the server shows', async () => {
  const orders = avro<Order, OrderInput>(client, {
    subject: 'o-value',
    schema: ORDER,
    autoRegister: true,
  })
  const valueSchema = { subject: 'o-value', onMisfit: 'reject' } as const
  await client.topics.create('o', { config: { valueSchema } })
  {
    await using producer = client.producer('o')
    await producer.send({ value: await orders.encode({ id: 1 }) })
    await producer.send({ value: await orders.encode({ id: 2n ** 60n, note: 'ü' }) })
    await producer.send({ value: null })
  }
  await using consumer = client.consumer('o', { follow: false })
  const read = await recordsOf(orders.records(consumer))
  expect(read.map(({ data }) => data)).toEqual([
    { id: 1, note: null },
    { id: 2n ** 60n, note: 'ü' },
    null,
  ])
  const shown = await fetch(`${server.url}/v1/topics/o/partitions/0/records?maxRecords=1`)
  expect(await shown.json()).toMatchObject({ records: [{ value: { id: 1, note: null } }] })
})

test('a value that does not fit is refused before it is sent, with its path', async () => {
  await client.schemas.register('misfit', { schema: ORDER })
  const failure = await avro(client, { subject: 'misfit' })
    .encode({ id: 'x' })
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(MillraceError)
  expect(failure).toMatchObject({ code: 'INVALID_RECORD', path: '/id' })
  const absent = avro(client, { subject: 'absent' }).encode({})
  await expect(absent).rejects.toMatchObject({ code: 'SUBJECT_NOT_FOUND', errorCode: 40401 })
  const unregistered = avro(client, { subject: 'misfit', schema: '"string"' }).encode('x')
  await expect(unregistered).rejects.toMatchObject({ code: 'SCHEMA_NOT_FOUND' })
})

test('a record that cannot be read is told at that record, and the rest go on', async () => {
  const orders = avro<Order, OrderInput>(client, {
    subject: 'mixed',
    schema: ORDER,
    autoRegister: true,
  })
  {
    await client.topics.create('mixed')
    await using producer = client.producer('mixed')
    const good = await orders.encode({ id: 1 })
    const unknown = Uint8Array.of(0, 0x7f, 0, 0, 0, 2)
    for (const value of [good, 'text', unknown, good.subarray(0, 5), good]) {
      await producer.send({ value })
    }
  }
  await using consumer = client.consumer('mixed', { follow: false })
  const read = await recordsOf(orders.records(consumer))
  expect(read.map(({ error, data }) => error?.code ?? data)).toEqual([
    { id: 1, note: null },
    'UNRESOLVABLE',
    'UNRESOLVABLE',
    'UNRESOLVABLE',
    { id: 1, note: null },
  ])
  expect(read[2]?.error?.detail).toContain('Schema 2130706432')
  expect(read[3]?.error?.path).toBe('/id')
})

test('who sends to a topic that keeps what fits is told of dead letters', async () => {
  await client.schemas.register('kept-value', { schema: ORDER })
  await client.topics.create('kept.dead')
  await client.topics.create('kept', {
    config: {
      valueSchema: { subject: 'kept-value', onMisfit: 'dead-letter', deadLetterTopic: 'kept.dead' },
    },
  })
  const fit = await avro(client, { subject: 'kept-value' }).encode({ id: 1 })
  await using producer = client.producer('kept')
  expect(await producer.send({ value: fit })).toEqual({ partition: 0, offset: 0 })
  const deadLetters = [{ topic: 'kept.dead', records: 1 }]
  expect(await producer.send({ json: { id: 1 } })).toEqual({
    partition: 0,
    offset: 1,
    deadLetters,
  })
})

test('each schema is fetched once', async () => {
  await client.schemas.register('cached', { schema: ORDER })
  const requests: string[] = []
  const counting = createClient(server.url, {
    fetch: async (input, init) => {
      requests.push(new URL(new Request(input).url).pathname)
      return fetch(input, init)
    },
  })
  const orders = avro<Order, OrderInput>(counting, { subject: 'cached' })
  const data = await Promise.all([1, 2, 3].map(async (id) => orders.encode({ id })))
  for (const bytes of data) await orders.decode(bytes)
  expect(requests).toEqual(['/registry/subjects/cached/versions/latest'])
  const reading = avro<Order, OrderInput>(counting, { subject: 'cached' })
  await Promise.all(data.map(async (bytes) => reading.decode(bytes)))
  expect(requests).toHaveLength(2)
})

test('references are fetched with the schema that has them', async () => {
  await client.schemas.register('ref-order', { schema: ORDER })
  const references = [{ name: 'Order', subject: 'ref-order', version: 1 }]
  const schema = { type: 'array', items: 'Order' }
  const lists = avro<readonly Order[], readonly OrderInput[]>(client, {
    subject: 'ref-list',
    schema: { schema, references },
    autoRegister: true,
  })
  const bytes = await lists.encode([{ id: 1 }, { id: 2 }])
  const other = avro<readonly Order[]>(client, { subject: 'ref-list' })
  expect(await other.decode(bytes)).toMatchObject([{ id: 1 }, { id: 2 }])
})

test('a later version is used once what is known is old', async () => {
  await client.schemas.register('later', { schema: ORDER })
  const orders = avro<object>(client, { subject: 'later', maxAgeMs: 0 })
  await orders.encode({ id: 1 })
  const total = { name: 'total', type: 'long', default: 7 }
  await client.schemas.register('later', { schema: { ...ORDER, fields: [...ORDER.fields, total] } })
  expect(await orders.decode(await orders.encode({ id: 1 }))).toEqual({
    id: 1,
    note: null,
    total: 7,
  })
})

/** A topic whose schema evolves through five versions, each compatible both ways with all before it. */
const FIELDS: readonly object[] = [
  { name: 'id', type: 'int' },
  { name: 'note', type: ['null', 'string'], default: null },
  { name: 'state', type: 'string', default: 'new' },
  { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
]

test('a history of five versions is read whole by each of the five', async () => {
  await client.topics.create('five')
  await client.schemas.setConfig('five-value', { compatibility: 'FULL_TRANSITIVE' })
  const added = [
    {},
    { note: 'n' },
    { state: 'paid' },
    { tags: ['a'] },
    { at: '2026-11-22T10:00:00Z' },
  ]
  const defaults = { note: null, state: 'new', tags: [], at: '1970-01-01T00:00:00Z' }
  const names = ['id', 'note', 'state', 'tags', 'at']
  const written: Record<string, unknown>[] = []
  await using producer = client.producer('five')
  for (const [index, extra] of added.entries()) {
    const schema = { type: 'record', name: 'Order', fields: FIELDS.slice(0, index + 1) }
    const options = { subject: 'five-value', schema, autoRegister: true }
    const value = { id: index, ...extra }
    await producer.send({ value: await avro(client, options).encode(value) })
    written.push({ ...defaults, ...value })
  }
  for (const version of [1, 2, 3, 4, 5]) {
    const orders = avro<object>(client, { subject: 'five-value', readAs: version })
    await using consumer = client.consumer('five', { follow: false })
    const read = await recordsOf(orders.records(consumer))
    const known = names.slice(0, version)
    const expected = written.map((value) => {
      return Object.fromEntries(known.map((name) => [name, value[name]]))
    })
    expect(read.map(({ data, error }) => error ?? data)).toEqual(expected)
  }
})
