/** An existing client of Confluent's Schema Registry API, as it comes from npm, given our address. */
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
let host: string
beforeAll(async () => {
  serving = await serve()
  host = `${serving.url}/registry`
})
afterAll(() => serving[Symbol.asyncDispose]())

function avro(name: string, fields: readonly object[]) {
  const schema = JSON.stringify({ type: 'record', name, namespace: 'shop', fields })
  return { type: SchemaType.AVRO as const, schema }
}

const TOTAL = { name: 'total', type: 'long' }
const NOTE = { name: 'note', type: ['null', 'string'], default: null }

test('registers, finds and reads schemas, and encodes and decodes by them', async () => {
  const producer = new SchemaRegistry({ host })
  const { id } = await producer.register(avro('Order', [TOTAL]), { subject: 'orders-value' })
  expect(await producer.register(avro('Order', [TOTAL]), { subject: 'orders-value' })).toEqual({
    id,
  })
  expect(await producer.getLatestSchemaId('orders-value')).toBe(id)
  expect(await producer.getRegistryId('orders-value', 1)).toBe(id)
  const encoded = await producer.encode(id, { total: 42 })
  expect([...encoded.subarray(0, 5)]).toEqual([0, 0, 0, 0, id])

  const consumer = new SchemaRegistry({ host })
  expect(await consumer.decode(encoded)).toEqual({ total: 42 })
  expect(await consumer.getSchema(id)).toMatchObject({ name: 'shop.Order' })
  expect(await consumer.getRegistryIdBySchema('orders-value', avro('Order', [TOTAL]))).toBe(id)
})

test('evolves a schema, and is told by its own error what would break readers', async () => {
  const client = new SchemaRegistry({ host, retry: { retries: 0 } })
  const subject = 'evolving-value'
  const first = await client.register(avro('Evolving', [TOTAL]), { subject })
  const second = await client.register(avro('Evolving', [TOTAL, NOTE]), { subject })
  expect(second.id).toBeGreaterThan(first.id)
  const old = await client.encode(first.id, { total: 1 })
  const latest = avro('Evolving', [TOTAL, NOTE])
  const readerSchema = JSON.parse(latest.schema)
  expect(await new SchemaRegistry({ host }).decode(old, { AVRO: { readerSchema } })).toEqual({
    total: 1,
    note: null,
  })

  const breaking = avro('Evolving', [TOTAL, { name: 'who', type: 'string' }])
  await expect(client.register(breaking, { subject })).rejects.toMatchObject({
    name: 'ResponseError',
    status: 409,
    message: expect.stringMatching(
      /Schema being registered is incompatible with an earlier schema for subject "evolving-value".*READER_FIELD_MISSING_DEFAULT_VALUE/,
    ),
  })
  const { json } = await call(serving, `/registry/subjects/${subject}/versions`)
  expect(json).toEqual([1, 2])
})

test('uses one schema from another, by reference', async () => {
  const client = new SchemaRegistry({ host })
  const money = avro('Money', [{ name: 'cents', type: 'long' }])
  await client.register(money, { subject: 'money' })
  const paid = {
    ...avro('Paid', [{ name: 'price', type: 'shop.Money' }]),
    references: [{ name: 'shop.Money', subject: 'money', version: 1 }],
  }
  const { id } = await client.register(paid, { subject: 'paid-value' })
  const encoded = await client.encode(id, { price: { cents: 5 } })
  expect(await new SchemaRegistry({ host }).decode(encoded)).toEqual({ price: { cents: 5 } })
  expect((await call(serving, '/registry/subjects/money/versions/1/referencedby')).json).toEqual([
    id,
  ])
})

test('is told by its own errors of what is not there, and of what is no schema', async () => {
  const client = new SchemaRegistry({ host, retry: { retries: 0 } })
  await expect(client.getSchema(4_711)).rejects.toMatchObject({ status: 404 })
  await expect(client.getLatestSchemaId('none')).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining("Subject 'none' not found."),
  })
  await expect(client.getRegistryId('orders-value', 99)).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('Version 99 not found.'),
  })
})

test('its serializer and our JSON are two ways to the same records', async () => {
  const subject = 'trips-value'
  const { id } = await new SchemaRegistry({ host }).register(avro('Trip', [TOTAL, NOTE]), {
    subject,
  })
  const valueSchema = { subject, onMisfit: 'reject' }
  await call(serving, '/v1/topics/trips', { method: 'PUT', body: { config: { valueSchema } } })
  const encoded = await new SchemaRegistry({ host }).encode(id, { total: 1, note: 'theirs' })
  const theirs = { valueBase64: encoded.toString('base64') }
  const ours = { value: { total: 2, note: 'ours' } }
  const body = { records: [theirs, ours] }
  expect((await call(serving, '/v1/topics/trips/records', { body })).status).toBe(200)
  const path = '/v1/topics/trips/partitions/0/records'
  const shown = (await call(serving, path)).json.records as { value: unknown }[]
  expect(shown.map(({ value }) => value)).toEqual([{ total: 1, note: 'theirs' }, ours.value])
  const stored = (await call(serving, `${path}?format=base64`)).json.records as {
    valueBase64: string
  }[]
  expect(stored[0]).toMatchObject(theirs)
  const decoded = await new SchemaRegistry({ host }).decode(
    Buffer.from(stored[1]!.valueBase64, 'base64'),
  )
  expect(decoded).toEqual(ours.value)
})
