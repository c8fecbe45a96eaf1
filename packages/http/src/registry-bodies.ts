import type { IncomingMessage } from 'node:http'
import { REGISTRY_BODY_TYPES, REGISTRY_TYPE, type SchemaBody } from '@millrace/http-api/registry'
import { LogError } from '@millrace/model/log-error'
import { RegistryError } from '@millrace/model/registry-error'
import type { SchemaInput, SchemaToRegister } from '@millrace/model/schema-registry'
import type { FastifyRequest } from 'fastify'
import type { App, Edge } from './edge.ts'
import { parseJson } from './json-bodies.ts'
import { withWholeBody } from './whole-body.ts'

/** A schema of 1 MiB, whose every quote takes two characters more in a body, and its references. */
const REGISTRY_BODY_BYTES_MAX = 4 * 1024 * 1024

/** What the registry's clients send, under the registry's routes alone; those with no use for a body overlook it. */
export function readRegistryBodies(scope: App, edge: Edge): void {
  const read = (_request: FastifyRequest, raw: IncomingMessage): Promise<unknown> =>
    withWholeBody(edge, raw, LIMIT, parseJson)
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(REGISTRY_BODY_TYPES, read)
  scope.addContentTypeParser('*', async (request: FastifyRequest, raw: IncomingMessage) => {
    const type = request.headers['content-type']
    if (type === undefined || request.headers['content-length'] === '0') return read(request, raw)
    throw new LogError('UNSUPPORTED_MEDIA_TYPE', `Send JSON, as ${REGISTRY_TYPE}.`, {
      appended: false,
    })
  })
}

const LIMIT = { maxBytes: REGISTRY_BODY_BYTES_MAX, code: 'BODY_TOO_LARGE' } as const

/** INVALID_SCHEMA without one, and for one of a type that there is not. */
export function schemaOf(
  { schema, schemaType, references }: SchemaBody,
  normalize: boolean,
): SchemaInput {
  if (typeof schemaType === 'string' && schemaType.toUpperCase() !== AVRO) {
    throw new RegistryError(
      'INVALID_SCHEMA',
      `Invalid schema: its type is ${schemaType.slice(0, SHOWN_MAX)}, and only ${AVRO} is supported here`,
    )
  }
  if (typeof schema !== 'string' || schema.trim() === '') {
    throw new RegistryError('INVALID_SCHEMA', 'Invalid schema: it is empty')
  }
  return { schema, references: references ?? [], ...(normalize && { normalize }) }
}

/** Ids and versions from 1; clients write 0 and -1 for none. */
export function schemaToRegister(body: SchemaBody, normalize: boolean): SchemaToRegister {
  const { id, version } = body
  return {
    ...schemaOf(body, normalize),
    ...(typeof id === 'number' && id > 0 && { id }),
    ...(typeof version === 'number' && version > 0 && { version }),
  }
}

const AVRO = 'AVRO'
const SHOWN_MAX = 100
