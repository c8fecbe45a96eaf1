/** What runs in the page: bundled with the client, called by name. */
import { avro } from '../src/avro.ts'
import { createClient, MillraceError, textOf } from '../src/index.ts'

/** Produces, reads and commits as a page would; answers with what can cross over to the test. */
async function produceAndRead(url: string, topic: string) {
  const client = createClient(url)
  await client.topics.create(topic, { partitions: 3 })
  const produced = await produceNumbers(url, topic, 200)
  const texts = await readAll(url, topic, 'page')
  const committed = await client.offsets.read('page', { topic })
  return {
    produced: produced.length,
    texts: texts.map(Number).toSorted((a, b) => a - b),
    committed: committed.reduce((sum, { offset }) => sum + offset, 0),
  }
}

async function produceNumbers(url: string, topic: string, count: number) {
  await using producer = createClient(url).producer(topic)
  const numbers = Array.from({ length: count }, (_, index) => String(index))
  const sends = numbers.map(async (number) => producer.send({ key: number, value: number }))
  return await Promise.all(sends)
}

async function readAll(url: string, topic: string, group: string): Promise<readonly string[]> {
  await using consumer = createClient(url).consumer(topic, { group, follow: false })
  const texts: string[] = []
  for await (const { value } of consumer) texts.push(value === null ? '' : textOf(value))
  await consumer.commit()
  return texts
}

/** What a failing call says, as data. */
async function failureOf(url: string, topic: string) {
  try {
    await createClient(url, { retryForMs: 0 }).topics.describe(topic)
    return 'no failure'
  } catch (error) {
    return error instanceof MillraceError ? error.code : String(error)
  }
}

/** A reader that waits on more partitions than a browser has connections, and what reaches it meanwhile. */
async function followWhileProducing(url: string, topic: string) {
  const client = createClient(url)
  await client.topics.create(topic, { partitions: 12 })
  await using consumer = client.consumer(topic, { start: 'latest' })
  await consumer.open()
  const iterator = consumer[Symbol.asyncIterator]()
  const first = iterator.next()
  await using producer = client.producer(topic, { lingerMs: 0 })
  await producer.send({ value: 'late', partition: 11 })
  const { value: record } = await first
  return textOf(record?.value ?? new Uint8Array())
}

/** Typed records of a schema that the page registers; a number beyond 2^53 crosses over as text. */
async function produceAvro(url: string, topic: string) {
  const client = createClient(url)
  await client.topics.create(topic)
  const fields = [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'], default: null },
  ]
  const schema = { type: 'record', name: 'Order', fields }
  const orders = avro<{ id: number | bigint; note?: string | null }>(client, {
    subject: `${topic}-value`,
    schema,
    autoRegister: true,
  })
  {
    await using producer = client.producer(topic)
    await producer.send({ value: await orders.encode({ id: 1 }) })
    await producer.send({ value: 'no datum' })
    await producer.send({ value: await orders.encode({ id: 2n ** 60n, note: 'ü' }) })
  }
  await using consumer = client.consumer(topic, { follow: false })
  const read: unknown[] = []
  for await (const { data, error } of orders.records(consumer)) {
    read.push(error?.code ?? (data && { ...data, id: String(data.id) }))
  }
  return read
}

Object.assign(globalThis, {
  page: { produceAndRead, readAll, failureOf, followWhileProducing, produceAvro },
})
