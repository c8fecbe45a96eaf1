import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import {
  IDEMPOTENCY_KEY,
  IF_LOG_END_OFFSET,
  type ProduceHeaders,
  type ProduceQuery,
} from '@millrace/http-api/records'
import type { ProduceOptions } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { toOffset } from '@millrace/model/offset'
import type { Edge } from './edge.ts'
import type { RecordReading } from './record-draft.ts'
import { schemaChoice } from './schema-choice.ts'

/** A produce, but for its body, which `raw` still holds. */
export interface ProduceRequest {
  readonly topic: string
  readonly raw: IncomingMessage
  readonly query: ProduceQuery
  readonly headers: ProduceHeaders
}

/**
 * What the headers ask of one append. `chunk` is its place in a stream of them; `bytes` are what the client sent
 * for it, and `besides` what the address and the headers add to that.
 */
export function appendOptions(
  { headers }: ProduceRequest,
  sent: { readonly chunk: number; readonly bytes: Buffer; readonly besides?: string },
): ProduceOptions {
  const key = headers[IDEMPOTENCY_KEY]
  const expected = headers[IF_LOG_END_OFFSET]
  const { chunk, bytes, besides } = sent
  return {
    ...(key === undefined ? {} : { idempotency: { key, chunk, bodyHash: hashOf(bytes, besides) } }),
    ...(expected === undefined ? {} : { expectedLogEndOffset: offsetOf(expected) }),
  }
}

/** What to hold to the records of a JSON body. */
export function readingOf(edge: Edge, { topic, query }: ProduceRequest): RecordReading {
  const { recordMaxBytes } = edge.config
  const hasKeySchema = query.keySchema !== undefined || edge.broker.hasKeySchema(topic)
  return { recordMaxBytes, nowMs: edge.nowMs(), hasKeySchema }
}

/** The same for records in JSON, which the schemas of the topic, or those asked for, encode. */
export function jsonOptions(
  request: ProduceRequest,
  sent: { readonly chunk: number; readonly bytes: Buffer },
): ProduceOptions {
  const { schema, keySchema } = request.query
  if (schema === undefined && keySchema === undefined) return appendOptions(request, sent)
  const besides = JSON.stringify([schema, keySchema])
  return { ...appendOptions(request, { ...sent, besides }), ...schemaChoice(request.query) }
}

function hashOf(bytes: Buffer, besides: string | undefined): Uint8Array {
  if (besides === undefined) return hash('sha256', bytes, 'buffer')
  const length = Buffer.alloc(LENGTH_SIZE)
  length.writeUInt32BE(bytes.length)
  return hash('sha256', Buffer.concat([length, bytes, Buffer.from(besides)]), 'buffer')
}

const LENGTH_SIZE = 4

function offsetOf(text: string) {
  const offset = toOffset(Number(text))
  if (offset !== undefined) return offset
  throw new LogError('INVALID_REQUEST', `If-Log-End-Offset: ${text} is beyond 2^53-1.`)
}
