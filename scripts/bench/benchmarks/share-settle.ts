import { encodeBatch } from '@millrace/model/batch-encoding'
import { partitionOfKey } from '@millrace/model/partitioner'
import type { Benchmark } from '../benchmark.ts'
import { HttpConnection, requestBytes } from '../http-connection.ts'
import { sampleRecords } from '../sample-records.ts'
import { rateOf } from '../rate.ts'
import { ServerProcess } from '../server-process.ts'
import { BenchShareConsumer, createShareGroup } from '../share-consumer.ts'
import { createTopic, fillTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio } from '../turns.ts'

const CONSUMERS = 64
const MAX_RECORDS = 10
const PARTITIONS = 4
const KEYS = 10_000
const BATCH_RECORDS = 10
const VALUE_BYTES = 1024

export const shareSettle: Benchmark = {
  name: 'share-settle',
  about:
    `A share group of ${CONSUMERS} consumers settles the records of a topic of ${PARTITIONS} partitions over HTTP, as JSON, ` +
    `${MAX_RECORDS} an acquire, each acquire accepting, on disk, what the one before brought: without order, and by key over ` +
    `${KEYS.toLocaleString('en-GB')} keys. Beside it: ${CONSUMERS} plain readers that fetch as many records at a time from the same ` +
    'partitions, and acknowledge nothing. Records of 1 KiB, in batches of as many.',
  async run(setting) {
    await using server = await ServerProcess.start(setting.directory)
    await createTopic(server, 'work', PARTITIONS)
    const bytes = Math.min(setting.bulkBytes, TOPIC_BYTES) / PARTITIONS
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await fillTopic(server, 'work', batchOf(partition), bytes, partition)
    }
    let groups = 0
    const settling = (ordering: 'key' | 'none') => ({
      name: ordering === 'key' ? 'by key' : 'without order',
      unit: 'records',
      run: (seconds: number) => settle(server, `group-${groups++}`, ordering, seconds),
    })
    const { rates, figures } = await measureInTurns(
      [
        settling('none'),
        settling('key'),
        {
          name: `${CONSUMERS} plain readers`,
          unit: 'records',
          run: (seconds) => readPlainly(server.port, seconds),
        },
      ],
      setting,
    )
    const [unordered = [], byKey = [], plain = []] = rates
    return {
      figures,
      verdicts: [
        atLeast(0.5, pairedRatio(unordered, plain), 'the plain readers, without order'),
        atLeast(0.4, pairedRatio(byKey, plain), 'the plain readers, by key'),
      ],
    }
  },
}

/** More than anybody settles in one slice. */
const TOPIC_BYTES = 2 ** 29

/** Keys that belong to the partition, each as often as the others over many batches. */
function batchOf(partition: number): Uint8Array {
  const encoder = new TextEncoder()
  const keys = Array.from({ length: KEYS }, (_, index) => encoder.encode(`user-${index}`)).filter(
    (key) => partitionOfKey(key, PARTITIONS) === partition,
  )
  const records = sampleRecords(keys.length, VALUE_BYTES).map((record, index) => {
    return { ...record, key: keys[index] ?? null }
  })
  const batches: Uint8Array[] = []
  for (let at = 0; at < records.length; at += BATCH_RECORDS) {
    batches.push(encodeBatch({ records: records.slice(at, at + BATCH_RECORDS) }))
  }
  return Buffer.concat(batches)
}

async function settle(
  server: ServerProcess,
  group: string,
  ordering: 'key' | 'none',
  seconds: number,
): Promise<number> {
  await createShareGroup(server, group, { topics: ['work'], ordering })
  using stack = new DisposableStack()
  const consumers: BenchShareConsumer[] = []
  for (let index = 0; index < CONSUMERS; index++) {
    const own = await BenchShareConsumer.open(server.port, group, `w${index}`)
    consumers.push(stack.use(own))
  }
  return await rateOf(consumers, seconds, (consumer) => {
    return consumer.acquire({ maxRecords: MAX_RECORDS, waitMs: 1_000 })
  })
}

async function readPlainly(port: number, seconds: number): Promise<number> {
  using stack = new DisposableStack()
  const readers = await Promise.all(
    Array.from({ length: CONSUMERS }, async (_, index) => ({
      connection: stack.use(await HttpConnection.open(port)),
      path: `/v1/topics/work/partitions/${index % PARTITIONS}/records?maxRecords=${MAX_RECORDS}`,
      offset: 0,
    })),
  )
  return await rateOf(readers, seconds, async (reader) => {
    const request = requestBytes('GET', `${reader.path}&offset=${reader.offset}`)
    const { status, tail, head } = await reader.connection.send(request)
    const nextOffset = Number(/"nextOffset":(\d+)/.exec(tail)?.[1])
    if (status !== 200 || !(nextOffset > reader.offset)) throw new Error(`an answer was: ${head}`)
    const records = nextOffset - reader.offset
    reader.offset = nextOffset
    return records
  })
}
