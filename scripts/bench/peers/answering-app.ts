/**
 * A peer of the produce routes, in a process of its own: the same route on the same framework. Bodies are parsed and
 * held to the same schema, answers are serialized by theirs; nothing is routed, batched, checked or stored.
 */
import {
  ProducedRanges,
  ProducedRecords,
  ProduceInput,
  RECORD_BATCHES_TYPE,
} from '@millrace/http-api/records'
import Fastify from 'fastify'

const app = Fastify({
  bodyLimit: 8 * 2 ** 20,
  ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
})
app.addContentTypeParser(RECORD_BATCHES_TYPE, { parseAs: 'buffer' }, (_request, body, done) => {
  done(null, body)
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
app.post(
  '/raw/v1/topics/:topic/records',
  { schema: { response: { 200: ProducedRanges } } },
  () => ({ ranges: [{ partition: 0, baseOffset: 0, lastOffset: 999 }], durability: 'fsync' }),
)
const address = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(new URL(address).port)
process.on('disconnect', () => process.exit())
