import { encodeBatch } from '@millrace/model/batch-encoding'
import type { RecordToProduce } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { failure, openBroker, readAll, record } from './open-broker.ts'

const ORDER = order([{ name: 'total', type: 'long' }])
const ORDER_2 = order([
  { name: 'total', type: 'long' },
  { name: 'note', type: ['null', 'string'], default: null },
])

function order(fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name: 'Order', fields })
}

function json(value: unknown, key?: string): RecordToProduce {
  const text = record(JSON.stringify(value), key === undefined ? {} : { key })
  return { ...text, ...(value === null && { value }), keyForm: 'text', valueForm: 'json' }
}

/** What the wire format has in front. */
function wire(id: number, datum: readonly number[]): Buffer {
  return Buffer.from([0, 0, 0, 0, id, ...datum])
}

const REJECT = { subject: 's', onMisfit: 'reject' } as const
const DEAD_LETTER = { subject: 's', onMisfit: 'dead-letter', deadLetterTopic: 'dead' } as const
const OFF = { subject: 's', onMisfit: 'off' } as const

async function open(valueSchema: typeof REJECT | typeof DEAD_LETTER | typeof OFF) {
  await using opening = new AsyncDisposableStack()
  const directory = opening.use(await makeTempDirectory())
  const broker = opening.use(await openBroker(directory.path))
  await broker.schemas.register('s', { schema: ORDER, references: [] })
  await broker.createTopic('dead', {})
  await broker.createTopic('t', { config: { valueSchema } })
  const opened = opening.move()
  return { broker, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

async function bytesOf(broker: EmbeddedBroker, topic: string) {
  return (await readAll(broker, topic)).map(({ value }) => value && Buffer.from(value))
}

async function letters(broker: EmbeddedBroker) {
  return (await readAll(broker, 'dead')).map(({ value, headers }) => ({
    value: Buffer.from(value ?? []).toString(),
    ...Object.fromEntries(headers.map((one) => [one.name, Buffer.from(one.value!).toString()])),
  }))
}

describe('a record in JSON', () => {
  test('is stored as a datum of the latest version, or of the one asked for', async () => {
    await using opened = await open(REJECT)
    const { broker } = opened
    await broker.produceRecords('t', [json({ total: 3 })], {})
    await broker.schemas.register('s', { schema: ORDER_2, references: [] })
    await broker.produceRecords('t', [json({ total: -1, note: 'a' }), json(null)], {})
    const valueSchema = { subject: 's', version: 1 }
    await broker.produceRecords('t', [json({ total: 4 })], { valueSchema })
    expect(await bytesOf(broker, 't')).toEqual([
      wire(1, [6]),
      wire(2, [1, 2, 2, 97]),
      null,
      wire(1, [8]),
    ])
  })

  test('that does not fit has its whole request rejected, with the path', async () => {
    await using opened = await open(REJECT)
    const { broker } = opened
    const records = [json({ total: 3 }), json({ total: 'x' })]
    await expect(broker.produceRecords('t', records, {})).rejects.toMatchObject({
      code: 'INVALID_RECORD',
      fields: { index: 1, appended: false, errors: [{ path: '/value/total' }] },
    })
    await expect(broker.produceRecords('t', [json({})], {})).rejects.toThrow(/s@1/)
    expect(await bytesOf(broker, 't')).toEqual([])
  })

  test('is encoded in any topic when a schema is asked for', async () => {
    await using opened = await open(REJECT)
    const { broker } = opened
    const valueSchema = { subject: 's', version: 'latest' } as const
    await broker.produceRecords('dead', [json({ total: 3 })], { valueSchema })
    expect(await bytesOf(broker, 'dead')).toEqual([wire(1, [6])])
    const other = { valueSchema: { subject: 'other', version: 'latest' } } as const
    await expect(broker.produceRecords('dead', [json(1)], other)).rejects.toThrow(
      failure('UNKNOWN_SCHEMA'),
    )
    await expect(broker.produceRecords('t', [json(1)], other)).rejects.toThrow(
      failure('INVALID_REQUEST'),
    )
  })

  test('cannot be encoded while the subject has no version; with off it is stored as it is', async () => {
    await using opened = await open(REJECT)
    const { broker } = opened
    await broker.alterTopic('t', { config: { valueSchema: { ...REJECT, subject: 'none' } } })
    await expect(broker.produceRecords('t', [json(1)], {})).rejects.toThrow(
      failure('UNKNOWN_SCHEMA'),
    )
    await broker.alterTopic('t', { config: { valueSchema: { ...OFF, subject: 'none' } } })
    await broker.produceRecords('t', [json(1)], {})
    expect(await bytesOf(broker, 't')).toEqual([Buffer.from('1')])
    const valueSchema = { subject: 'none', version: 7 }
    await expect(broker.produceRecords('t', [json(1)], { valueSchema })).rejects.toThrow(
      failure('UNKNOWN_SCHEMA'),
    )
  })
})

test('bytes are stored as they are when they are a datum of the subject', async () => {
  await using opened = await open(REJECT)
  const { broker } = opened
  await broker.schemas.register('other', { schema: ORDER_2, references: [] })
  const bytes = (value: Buffer) => ({ ...record(''), value })
  await broker.produceRecords('t', [bytes(wire(1, [6]))], {})
  const misfits = [
    wire(2, [6, 0]),
    wire(9, [6]),
    wire(1, []),
    wire(1, [6, 6]),
    Buffer.from('{"total":3}'),
  ]
  for (const value of misfits) {
    const producing = broker.produceRecords('t', [bytes(value)], {})
    await expect(producing, value.toString('hex')).rejects.toMatchObject({
      code: 'INVALID_RECORD',
      fields: { errors: [{ path: expect.stringMatching(/^\/value/) }] },
    })
  }
  expect(await bytesOf(broker, 't')).toEqual([wire(1, [6])])
})

test('keys have schemas, too, and go to the partition of what is stored', async () => {
  await using opened = await open(REJECT)
  const { broker } = opened
  await broker.schemas.register('k', { schema: '"string"', references: [] })
  const keySchema = { subject: 'k', onMisfit: 'reject' } as const
  await broker.createTopic('keyed', { partitions: 8, config: { keySchema } })
  const { records } = await broker.produceRecords('keyed', [json(1, 'a')], {})
  const { partition } = records[0]!
  const [stored] = await readAll(broker, 'keyed', partition)
  expect(Buffer.from(stored!.key!)).toEqual(wire(2, [2, 97]))
  const sent = { ...record('1'), key: wire(2, [2, 97]) }
  const again = await broker.produceRecords('keyed', [sent], {})
  expect(again.records[0]!.partition).toBe(partition)
  const { key } = broker.datumReaders('keyed', {})
  expect(key?.read(stored!.key!)).toEqual({ json: '"a"' })
  await expect(broker.produceRecords('keyed', [record('1', { key: 'a' })], {})).rejects.toThrow(
    /\/key/,
  )
})

test('what grows beyond one append is refused before it is made', async () => {
  await using opened = await open(REJECT)
  const { broker } = opened
  const schema = order([{ name: 'total', type: 'string', default: 'x'.repeat(500_000) }])
  await broker.schemas.register('large', { schema, references: [] })
  const large = Array.from({ length: 100_000 }, () => json({}))
  const valueSchema = { subject: 'large', version: 'latest' } as const
  await expect(broker.produceRecords('dead', large, { valueSchema })).rejects.toThrow(
    failure('BODY_TOO_LARGE', { appended: false }),
  )
  await broker.alterTopic('t', { config: { valueSchema: DEAD_LETTER } })
  const records = Array.from({ length: 100_000 }, () => record(''))
  const bytes = encodeBatch({ records, codec: 'gzip' })
  expect(bytes.length).toBeLessThan(200_000)
  await expect(broker.produceBatches('t', 0, bytes, {})).rejects.toThrow(
    failure('BODY_TOO_LARGE', { appended: false }),
  )
})

describe('a dead letter', () => {
  test('is what was sent, with the reason; the others of its request are appended', async () => {
    await using opened = await open(DEAD_LETTER)
    const { broker } = opened
    const records = [json({ total: 1 }), json({ total: 'x' }), json({ total: 2 })]
    const produced = await broker.produceRecords('t', records, {})
    expect(produced.records.map(({ offset }) => offset)).toEqual([0, 0, 1])
    expect([...produced.letters!]).toEqual([
      [1, { topic: 'dead', reason: expect.stringContaining('/value/total: ') }],
    ])
    expect(await bytesOf(broker, 't')).toEqual([wire(1, [2]), wire(1, [4])])
    expect(await letters(broker)).toEqual([
      {
        value: '{"total":"x"}',
        'millrace.dead-letter.topic': 't',
        'millrace.dead-letter.timestamp': '1700000000000',
        'millrace.dead-letter.path': '/value/total',
        'millrace.dead-letter.reason': produced.letters!.get(1)!.reason,
      },
    ])
  })

  test('is told of again when the request comes again, and is not written twice', async () => {
    await using opened = await open(DEAD_LETTER)
    const { broker } = opened
    const idempotency = { key: 'k', chunk: 0, bodyHash: new Uint8Array(4) }
    const records = [json({}), json({ total: 2 }), json(7)]
    const first = await broker.produceRecords('t', records, { idempotency })
    const again = await broker.produceRecords('t', records, { idempotency })
    expect(again).toEqual({ ...first, duplicate: true })
    expect(await letters(broker)).toHaveLength(2)
    const only = { ...idempotency, key: 'only' }
    const all = await broker.produceRecords('t', [json({})], { idempotency: only })
    expect(await broker.produceRecords('t', [json({})], { idempotency: only })).toEqual({
      ...all,
      duplicate: true,
    })
  })

  test('is nothing that an expected log end allows', async () => {
    await using opened = await open(DEAD_LETTER)
    const { broker } = opened
    const options = { expectedLogEndOffset: 0 as Offset }
    const records = [{ ...json({}), partition: 0 }]
    await expect(broker.produceRecords('t', records, options)).rejects.toThrow(
      failure('INVALID_RECORD'),
    )
    const bytes = encodeBatch({ records: [record('')] })
    await expect(broker.produceBatches('t', 0, bytes, options)).rejects.toThrow(
      failure('INVALID_RECORD'),
    )
    expect(await letters(broker)).toEqual([])
  })

  test('needs its topic: without it nothing of the request is appended', async () => {
    await using opened = await open(DEAD_LETTER)
    const { broker } = opened
    await broker.deleteTopic('dead')
    const producing = broker.produceRecords('t', [json({ total: 1 }), json({})], {})
    await expect(producing).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      detail: expect.stringMatching(
        /schema of t \(\/value\/total: .*\), and dead, the dead-letter topic/,
      ),
      fields: { topic: 'dead', appended: false },
    })
    expect(await bytesOf(broker, 't')).toEqual([])
  })

  test('that its topic cannot hold is told of as one', async () => {
    await using opened = await open(DEAD_LETTER)
    const { broker } = opened
    await broker.alterTopic('dead', { config: { maxMessageBytes: 2_000 } })
    const large = Buffer.alloc(2_000)
    const records = [json({ total: 1 }), { ...record(''), value: large }]
    await expect(broker.produceRecords('t', records, {})).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      detail: expect.stringMatching(/^It does not fit the schema of t, and is too large for dead/),
      fields: { index: 1, appended: false },
    })
    const bytes = encodeBatch({ records: records.slice(1) })
    const producing = broker.produceBatches('t', 0, bytes, {})
    await expect(producing).rejects.toMatchObject({
      detail: expect.stringContaining('too large for dead'),
      fields: { appended: false },
    })
    await expect(producing).rejects.not.toHaveProperty('fields.index')
  })

  test('has no longer a path than it can have, nor has a rejection', async () => {
    await using opened = await open(DEAD_LETTER)
    const { broker } = opened
    await broker.schemas.register('m', { schema: '{"type":"map","values":"int"}', references: [] })
    const values = { ['k'.repeat(600_000)]: 'x' }
    const valueSchema = { ...DEAD_LETTER, subject: 'm' }
    await broker.alterTopic('t', { config: { valueSchema } })
    await broker.produceRecords('t', [json(values)], {})
    expect(await letters(broker)).toHaveLength(1)
    await broker.alterTopic('t', { config: { valueSchema: { ...REJECT, subject: 'm' } } })
    const rejected: unknown = await broker.produceRecords('t', [json(values)], {}).catch((e) => e)
    expect(JSON.stringify(rejected).length).toBeLessThan(2_000)
  })
})

describe('batches', () => {
  const records = [wire(1, [2]), Buffer.from('x'), wire(1, [4]), Buffer.from('y')].map((value) => ({
    ...record(''),
    value,
  }))

  test('with a record that does not fit are rejected', async () => {
    await using opened = await open(REJECT)
    const { broker } = opened
    const bytes = encodeBatch({ records })
    await expect(broker.produceBatches('t', 0, bytes, {})).rejects.toMatchObject({
      code: 'INVALID_RECORD',
      detail: expect.stringContaining('Batch 0, record 1, /value'),
    })
    await broker.alterTopic('t', { config: { valueSchema: OFF } })
    await broker.produceBatches('t', 0, bytes, {})
    expect(await bytesOf(broker, 't')).toEqual(records.map(({ value }) => value))
  })

  test('that a producer repeats are known again, whatever the topic has come to refuse', async () => {
    await using opened = await open(OFF)
    const { broker } = opened
    const producer = { producerId: await broker.allocateProducerId(), producerEpoch: 0 }
    const bytes = encodeBatch({ records, ...producer, baseSequence: 0 })
    const { ranges } = await broker.produceBatches('t', 0, bytes, {})
    await broker.alterTopic('t', { config: { valueSchema: REJECT } })
    expect(await broker.produceBatches('t', 0, bytes, {})).toEqual({ ranges, duplicate: true })
    const next = encodeBatch({ records, ...producer, baseSequence: records.length })
    await expect(broker.produceBatches('t', 0, next, {})).rejects.toMatchObject({
      code: 'INVALID_RECORD',
      fields: { index: 1 },
      detail: expect.stringContaining('Batch 0, record 1, /value'),
    })
    expect(await bytesOf(broker, 't')).toEqual(records.map(({ value }) => value))
  })

  test.each(['none', 'gzip'] as const)(
    'lose such records to the dead-letter topic, and keep their offsets and sequence (%s)',
    async (codec) => {
      await using opened = await open(DEAD_LETTER)
      const { broker } = opened
      const producer = { producerId: await broker.allocateProducerId(), producerEpoch: 0, codec }
      const first = encodeBatch({ records, ...producer, baseSequence: 0 })
      const none = encodeBatch({ records: [records[1]!], ...producer, baseSequence: 4 })
      const last = encodeBatch({ records: [records[2]!], ...producer, baseSequence: 5 })
      const deadLetters = [{ topic: 'dead', records: 2 }]
      const ranges = [{ partition: 0, baseOffset: 0, lastOffset: 3 }]
      const answer = { ranges, deadLetters, duplicate: false }
      expect(await broker.produceBatches('t', 0, first, {})).toEqual(answer)
      const again = { ...answer, duplicate: true }
      expect(await broker.produceBatches('t', 0, first, {})).toEqual(again)
      const idempotency = { key: 'k', chunk: 0, bodyHash: new Uint8Array(4) }
      expect(await broker.produceBatches('t', 0, first, { idempotency })).toEqual(again)
      expect(await broker.produceBatches('t', 0, first, { idempotency })).toEqual(again)
      await broker.produceBatches('t', 0, none, {})
      await broker.produceBatches('t', 0, last, {})
      expect((await readAll(broker, 't')).map(({ offset }) => offset)).toEqual([0, 2, 5])
      expect((await letters(broker)).map(({ value }) => value)).toEqual(['x', 'y', 'x'])
    },
  )
})

describe('a reader', () => {
  const read = async (broker: EmbeddedBroker, version?: number) => {
    const choice = version === undefined ? {} : { valueSchema: { subject: 's', version } }
    const reader = broker.datumReaders('t', choice).value!
    return (await readAll(broker, 't')).map(({ value }) => reader.read(value!))
  }

  test('shows each datum by its own schema, and by the one that is chosen', async () => {
    await using opened = await open(OFF)
    const { broker } = opened
    await broker.produceRecords('t', [json({ total: 3 })], {})
    await broker.schemas.register('s', { schema: ORDER_2, references: [] })
    await broker.produceRecords('t', [json({ total: 4, note: 'a' }), json('plain')], {})
    const unreadable = { ...record(''), value: wire(1, [6, 6]) }
    await broker.produceRecords('t', [unreadable], {})
    expect(await read(broker)).toEqual([
      { json: '{"total":3}' },
      { json: '{"total":4,"note":"a"}' },
      { isDatum: false },
      { isDatum: true },
    ])
    const error = { code: 'UNRESOLVABLE', path: '/value', detail: expect.any(String) }
    expect(await read(broker, 2)).toEqual([
      { json: '{"total":3,"note":null}' },
      { json: '{"total":4,"note":"a"}' },
      { error },
      { error },
    ])
    expect((await read(broker, 1)).slice(0, 2)).toEqual([
      { json: '{"total":3}' },
      { json: '{"total":4}' },
    ])
    await broker.schemas.setConfig('s', { compatibility: 'NONE' })
    await broker.schemas.register('s', { schema: '"string"', references: [] })
    const [never] = await read(broker, 3)
    expect(never).toMatchObject({ error: { code: 'UNRESOLVABLE', path: '/value' } })
    expect(() => broker.datumReaders('t', { valueSchema: { subject: 's', version: 9 } })).toThrow(
      failure('UNKNOWN_SCHEMA'),
    )
  })
})

test('a dead-letter topic is made for a topic that is there, and for no other', async () => {
  await using directory = await makeTempDirectory()
  await using broker = await openBroker(directory.path, { broker: { autoCreateTopics: true } })
  const change = { config: { valueSchema: DEAD_LETTER } }
  await expect(broker.alterTopic('t', change)).rejects.toThrow(
    failure('UNKNOWN_TOPIC_OR_PARTITION', { topic: 't' }),
  )
  await expect(broker.describeTopic('dead')).rejects.toThrow(failure('UNKNOWN_TOPIC_OR_PARTITION'))
  await broker.createTopic('t', {})
  await broker.alterTopic('t', change)
  expect(await broker.describeTopic('dead')).toMatchObject({ name: 'dead' })
})
