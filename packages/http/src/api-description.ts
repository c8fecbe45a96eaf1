/** The OpenAPI document, made of the routes as they are: of the schemas that validate, and of what each route adds. */
import { fastifySwagger } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import type { App } from './edge.ts'
import { NAMED_SCHEMAS } from './named-schemas.ts'

/** What a route says of itself beyond what it validates with. */
export interface RouteDescription {
  /** The body by media type, where the route reads it by itself. */
  readonly body?: Readonly<Record<string, object>>
  /** Query parameters whose names are not fixed. */
  readonly query?: Readonly<Record<string, object>>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    description?: RouteDescription
  }
}

/** To be called before the first route is added. */
export async function describeApi(app: App, version: string): Promise<void> {
  for (const [$id, schema] of Object.entries(NAMED_SCHEMAS)) app.addSchema({ $id, ...schema })
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version,
        description: INTRODUCTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: TAGS,
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, index) =>
        typeof $id === 'string' ? $id : `schema-${index}`,
    },
    transform: ({ schema, url, route }) => ({
      schema: withDescription(schema, route.config?.description),
      url,
    }),
  })
  app.get('/openapi.json', {
    schema: {
      tags: ['operation'],
      operationId: 'describeApi',
      summary: 'This document',
      response: {
        200: {
          description: 'OpenAPI 3.1.',
          type: 'object',
          examples: [{ openapi: '3.1.0', info: { title: 'Millrace', version }, paths: {} }],
        },
      },
    },
    handler: async () => app.swagger(),
  })
}

function withDescription(
  schema: FastifySchema,
  description: RouteDescription | undefined,
): FastifySchema {
  if (description === undefined) return schema
  const { body, query } = description
  return {
    ...schema,
    ...(body === undefined ? {} : { body: { content: contentOf(body) } }),
    ...(query === undefined ? {} : { querystring: withProperties(schema.querystring, query) }),
  }
}

function contentOf(body: Readonly<Record<string, object>>): object {
  return Object.fromEntries(Object.entries(body).map(([type, schema]) => [type, { schema }]))
}

function withProperties(schema: unknown, more: Readonly<Record<string, object>>): unknown {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return schema
  const { properties } = schema
  if (typeof properties !== 'object') return schema
  return { ...schema, properties: { ...properties, ...more } }
}

const INTRODUCTION =
  'A partitioned, append-only log store. One line of curl produces; one line consumes. An acknowledged write is on ' +
  'disk. Every error is a problem document (RFC 9457) that says what to do next. Unknown fields and parameters are ' +
  'refused by name, and nothing is coerced.'

const TAGS = [
  { name: 'topics', description: 'Named sets of partitions.' },
  { name: 'produce', description: 'Records in: durable before the answer, all or nothing.' },
  {
    name: 'fetch',
    description: 'Records out: stateless, from any offset or time, waiting or streaming.',
  },
  { name: 'groups', description: 'Committed offsets: where each group goes on.' },
  {
    name: 'share groups',
    description: 'Records handed out one by one, and acknowledged one by one.',
  },
  {
    name: 'schema registry',
    description:
      'The API of Confluent’s Schema Registry: its clients work with the base address `/registry`. Errors have the form that ' +
      'they know, `{"error_code":…,"message":…}`, fields and parameters that are not known are overlooked.',
  },
  { name: 'operation', description: 'Health, status, metrics, this document.' },
]
