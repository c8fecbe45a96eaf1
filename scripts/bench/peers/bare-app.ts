/**
 * A peer of the produce routes, in a process of its own: what Fastify takes for a route with our schemas and nothing
 * else of Millrace. Bodies are parsed and held to the schema, answers are serialized by theirs.
 */
import { ProducedRecords, ProduceInput } from '@millrace/http-api/records'
import Fastify from 'fastify'

const app = Fastify({
  bodyLimit: 8 * 2 ** 20,
  ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
})
app.post(
  '/v1/topics/:topic/records',
  { schema: { body: ProduceInput, response: { 200: ProducedRecords } } },
  (request) => {
    const body = request.body as ProduceInput
    const count = 'records' in body ? body.records.length : 1
    const records = Array.from({ length: count }, (_, offset) => ({ partition: 0, offset }))
    return { records, durability: 'fsync' }
  },
)
const address = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(new URL(address).port)
process.on('disconnect', () => process.exit())
