import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { AvroCodec } from '@millrace/avro/avro-codec'
import { DatumFault } from '@millrace/avro/datum-fault'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { WIRE_PREFIX_SIZE, writeWirePrefix } from '@millrace/avro/wire-format'
import { LogError } from '@millrace/model/log-error'
import type { Redriven, RedriveRequest } from '@millrace/model/share-group'
import type { SchemaRegistry } from '@millrace/schemas/schema-registry'
import type { BrokerParts } from './parts.ts'

/** UNKNOWN_GROUP, INVALID_REQUEST. */
export async function redrive(
  parts: BrokerParts,
  group: string,
  request: RedriveRequest,
): Promise<Redriven> {
  const { shares, schemas, topics } = parts
  if ('all' in request) return shares.redrive(group, request)
  if ('key' in request) return shares.redrive(group, { keys: [request.key] })
  const { topicIds } = shares.get(group).group
  const subjects = topicIds.flatMap((id) => topics.findById(id)?.config.keySchema?.subject ?? [])
  return shares.redrive(group, { keys: await keysShownAs(schemas, subjects, request.shownKey) })
}

/**
 * All bytes that records show as this key: one datum has others with each version of a subject. Text is what a filter
 * of a fetch takes it for: a string, any other JSON, or bytes as they are.
 */
async function keysShownAs(
  schemas: SchemaRegistry,
  subjects: readonly string[],
  shown: unknown,
): Promise<readonly Uint8Array[]> {
  const isText = typeof shown === 'string'
  if (!isText && (subjects.length === 0 || shown === null)) throw noKey(subjects)
  const json = textOf(shown)
  const keys: Uint8Array[] = isText ? [Buffer.from(shown)] : []
  for (const subject of new Set(subjects)) {
    for (const id of schemas.idsOf(subject)) {
      for (const text of isText ? [json, shown] : [json]) {
        const key = keyShownAs(schemas, id, text)
        if (key !== undefined) keys.push(key)
      }
      // A subject may have many versions, and a schema take a while to be parsed.
      await nextTurn()
    }
  }
  return keys
}

/** Undefined: no datum of the schema is shown so. Nor is one that has more fields, which defaults would add. */
function keyShownAs(schemas: SchemaRegistry, id: number, json: string): Uint8Array | undefined {
  try {
    const schema = schemas.parsed(id)
    if (schema === undefined) return undefined
    const codec = AvroCodec.of(schema)
    const bytes = codec.encodeJson(json, WIRE_PREFIX_SIZE)
    writeWirePrefix(bytes, id)
    return isSame(codec.decodeToJson(bytes, WIRE_PREFIX_SIZE), json) ? bytes : undefined
  } catch (error) {
    if (error instanceof DatumFault || error instanceof SchemaFault) return undefined
    throw error
  }
}

/** Fields may be in any order, with any white space. Digits were compared when it was encoded. */
function isSame(shown: string, json: string): boolean {
  return shown === json || isDeepStrictEqual(JSON.parse(shown), JSON.parse(json))
}

/** INVALID_REQUEST for a number whose last digits were lost when the request was read. */
function textOf(shown: unknown): string {
  try {
    return JSON.stringify(shown, (_name, value: unknown) => {
      if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
      throw invalid(
        'A number of 2^53 or more keeps its digits in text: {"key":"9007199254740993"}.',
      )
    })
  } catch (error) {
    if (error instanceof RangeError) throw invalid('It nests too deep for a key.')
    throw error
  }
}

function noKey(subjects: readonly string[]): LogError {
  return invalid(
    subjects.length === 0
      ? 'No topic of the group has a schema for keys: a key is text, or bytes in keyBase64.'
      : 'Null is no key: a datum that is null is named by its bytes, in keyBase64.',
  )
}

function invalid(message: string): LogError {
  const errors = [{ path: '/key', message }]
  return new LogError('INVALID_REQUEST', message, { errors, appended: false })
}
