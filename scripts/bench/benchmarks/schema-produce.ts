import { JSON_TYPE } from '@millrace/http-api/records'
import type { Benchmark } from '../benchmark.ts'
import { requestBytes } from '../http-connection.ts'
import { runHttpLoad } from '../http-load.ts'
import {
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

const CONNECTIONS = 8
const RECORDS = 1000

export const schemaProduce: Benchmark = {
  name: 'schema-produce',
  about:
    `${RECORDS} orders as JSON a request over ${CONNECTIONS} connections to a topic whose values have a schema, which ` +
    'refuses what does not fit; each request answered when it is durable. Beside it: the same to a topic without one; ' +
    'and, for information, avsc alone in this process: JSON.parse of each order, and its toBuffer.',
  async run(setting) {
    await registerOrders(setting.directory)
    await using server = await ServerProcess.start(setting.directory)
    const valueSchema = { subject: ORDERS_SUBJECT, onMisfit: 'reject' }
    await createTopic(server, 'orders', 6, { valueSchema })
    await createTopic(server, 'plain', 6)
    const withSchema = `/v1/topics/orders/records?schema=${ORDERS}`
    const without = '/v1/topics/plain/records'
    const orders = orderTexts(RECORDS)
    const { rates, figures } = await measureInTurns(
      [
        { name: 'with a schema', unit: 'records', run: produceTo(server, withSchema, orders) },
        { name: 'without', unit: 'records', run: produceTo(server, without, orders) },
        { name: 'avsc alone', unit: 'records', run: (seconds) => encodeAlone(orders, seconds) },
      ],
      setting,
    )
    const [ours = [], plain = [], avsc = []] = rates
    return {
      figures: [...figures, ratioFigure('beside avsc alone', pairedRatio(ours, avsc))],
      verdicts: [atLeast(0.5, pairedRatio(ours, plain), 'the same without a schema')],
    }
  },
}

function produceTo({ port }: ServerProcess, path: string, orders: readonly string[]) {
  const body = ordersBody(orders)
  const request = requestBytes('POST', path, { 'Content-Type': JSON_TYPE }, body)
  return (seconds: number) =>
    runHttpLoad(
      { port, connections: CONNECTIONS, request: () => request, units: () => RECORDS },
      seconds,
    )
}

function encodeAlone(orders: readonly string[], seconds: number): Promise<number> {
  const type = orderType()
  return repeatFor(seconds, () => {
    for (const order of orders) type.toBuffer(JSON.parse(order))
    return orders.length
  })
}
