import { JSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import {
  NEWER_ORDERS,
  OLDER_ORDERS,
  ORDERS,
  ORDERS_SUBJECT,
  ordersBody,
  orderTexts,
  orderType,
  registerOrders,
} from '../order-records.ts'
import { ServerProcess } from '../server-process.ts'
import { createTopic } from '../topic-setup.ts'
import { atLeast, measureInTurns, pairedRatio, ratioFigure, repeatFor } from '../turns.ts'

const CONNECTIONS = 4
/** Of a topic, all of which an answer has. */
const RECORDS = 1000
const RESOLUTION_MAX = 0.25

export const schemaFetch: Benchmark = {
  name: 'schema-fetch',
  about:
    `${RECORDS} orders that are stored as Avro, fetched as JSON over ${CONNECTIONS} connections, by the schema that they ` +
    'were written with, and resolved to an older and to a newer one. Beside it: the same orders stored as JSON; and, ' +
    'for information, avsc alone in this process: fromBuffer of each, and JSON.stringify.',
  async run(setting) {
    await registerOrders(setting.directory)
    await using server = await ServerProcess.start(setting.directory)
    const valueSchema = { subject: ORDERS_SUBJECT, onMisfit: 'reject' }
    await createTopic(server, 'orders', 1, { valueSchema })
    await createTopic(server, 'plain', 1)
    const orders = orderTexts(RECORDS)
    await produce(server, `orders/records?schema=${ORDERS}`, orders)
    await produce(server, 'plain/records', orders)
    const fetched = (name: string, topic: string, query = '') => ({
      name,
      unit: 'records',
      run: fetchFrom(server, `${topic}/partitions/0/records?maxRecords=${RECORDS}${query}`),
    })
    const { rates, figures } = await measureInTurns(
      [
        fetched('Avro, by its own schema', 'orders'),
        fetched('stored as JSON', 'plain'),
        fetched('resolved to an older schema', 'orders', `&schema=${OLDER_ORDERS}`),
        fetched('resolved to a newer schema', 'orders', `&schema=${NEWER_ORDERS}`),
        { name: 'avsc alone', unit: 'records', run: (seconds) => decodeAlone(orders, seconds) },
      ],
      setting,
    )
    const [own = [], json = [], older = [], newer = [], avsc = []] = rates
    return {
      figures: [...figures, ratioFigure('beside avsc alone', pairedRatio(own, avsc))],
      verdicts: [
        atLeast(0.5, pairedRatio(own, json), 'the same stored as JSON'),
        resolutionVerdict('an older', own, older),
        resolutionVerdict('a newer', own, newer),
      ],
    }
  },
}

function resolutionVerdict(schema: string, own: readonly number[], resolved: readonly number[]) {
  const added = pairedRatio(own, resolved) - 1
  return {
    target: `resolution to ${schema} schema adds under ${RESOLUTION_MAX * 100} %`,
    measured: `${(added * 100).toFixed(0)} %`,
    isReached: added < RESOLUTION_MAX,
  }
}

async function produce(
  { url }: ServerProcess,
  path: string,
  orders: readonly string[],
): Promise<void> {
  const response = await fetch(`${url}/v1/topics/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': JSON_TYPE },
    body: Buffer.from(ordersBody(orders)),
  })
  if (!response.ok) throw new Error(`a produce failed: ${await response.text()}`)
}

function fetchFrom({ port }: ServerProcess, path: string) {
  const request = requestBytes('GET', `/v1/topics/${path}`)
  return (seconds: number) =>
    runHttpLoad(
      { port, connections: CONNECTIONS, request: () => request, units: () => RECORDS },
      seconds,
    )
}

function decodeAlone(orders: readonly string[], seconds: number): Promise<number> {
  const type = orderType()
  const datums = orders.map((order) => type.toBuffer(JSON.parse(order)))
  return repeatFor(seconds, () => {
    for (const datum of datums) JSON.stringify(type.fromBuffer(datum))
    return datums.length
  })
}
