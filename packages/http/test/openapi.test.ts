import { LOG_ERRORS, type LogErrorCode } from '@millrace/model/log-error'
import { Check } from 'typebox/schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HTTP_STATUS } from '../src/errors.ts'
import { NAMED_SCHEMAS } from '../src/named-schemas.ts'
import { openApiDocument } from '../src/openapi.ts'
import { type Call, call, createTopic } from './calling.ts'
import { REGISTRY_CASES } from './registry-cases.ts'
import { serve, type Serving } from './serving.ts'

interface Media {
  readonly schema: Schema
  readonly example?: unknown
  readonly examples?: Record<string, { readonly value: object }>
}
interface Schema {
  readonly format?: string
  readonly examples?: readonly unknown[]
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly description?: string
    readonly example?: unknown
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly content: Record<string, Media> }
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, Media> }
  >
}
interface Document {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

let serving: Serving
let document: Document
beforeAll(async () => {
  serving = await serve()
  document = (await openApiDocument('1.2.3')) as Document
})
afterAll(() => serving[Symbol.asyncDispose]())

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
}

/**
 * Of the tree that Fastify draws: a level is four characters. HEAD is where GET is, and pages are no part of it;
 * the registry's root is described once, though with and without a slash.
 */
function routes(): string[] {
  const above: string[] = []
  return serving.app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent, segment = '', methods = ''] = /^([│├└─ ]*)(\S+) \((.*)\)$/.exec(line) ?? []
      if (indent === undefined || segment === '*') return []
      const level = indent.length / 4 - 1
      const path = (above[level - 1] ?? '') + segment
      above[level] = path
      if (path === '/registry') return []
      const documented = path.replaceAll(/:(\w+)/g, '{$1}')
      return methods
        .split(', ')
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${documented}`)
    })
}

function byText(a: string, b: string): number {
  return a.localeCompare(b)
}

describe('the document', () => {
  test('is what the server answers with, and needs no server to be made', async () => {
    const { json } = await call(serving, '/openapi.json')
    expect(json).toEqual(JSON.parse(JSON.stringify(document)))
    expect(document.openapi).toBe('3.1.0')
    expect(document.info.version).toBe('1.2.3')
  })

  test('has every route', () => {
    expect(
      operations()
        .map(([name]) => name)
        .toSorted(byText),
    ).toEqual(routes().toSorted(byText))
  })

  test('says of each operation what it is, and what can go wrong', () => {
    for (const [name, operation] of operations()) {
      expect(operation.summary, name).toBeTruthy()
      expect(operation.operationId, name).toMatch(/^[a-z][a-zA-Z]+$/)
      expect(operation.tags, name).toHaveLength(1)
      if (!name.includes('/v1/')) continue
      for (const status of ['400', '403', '431', '500', '503']) {
        expect(operation.responses, `${name} ${status}`).toHaveProperty(status)
      }
      if (name.includes('{topic}') && !name.startsWith('PUT')) {
        expect(operation.responses, name).toHaveProperty('404')
      }
    }
    const ids = operations().map(([, { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('describes and exemplifies every parameter', () => {
    for (const [name, { parameters = [] }] of operations()) {
      for (const parameter of parameters) {
        const place = `${name} ${parameter.name}`
        expect(parameter.description, place).toBeTruthy()
        const examples = [parameter.example].filter((one) => one !== undefined)
        expectExamples(parameter.schema, [...examples, ...examplesIn(parameter.schema)], place)
      }
    }
  })

  test('exemplifies every body and every answer, and each example is one', () => {
    for (const [name, { requestBody, responses }] of operations()) {
      const contents = [requestBody, ...Object.values(responses)].map((one) => one?.content ?? {})
      for (const [type, { schema, example, examples = {} }] of contents.flatMap(
        Object.entries<Media>,
      )) {
        // Bytes that are no text have no place in a document that is.
        if (schema.format === 'binary') continue
        const own = [example].filter((one) => one !== undefined)
        const named = Object.values(examples).map(({ value }) => value)
        expectExamples(schema, [...own, ...named, ...examplesIn(schema)], `${name} ${type}`)
      }
    }
  })

  test('exemplifies each of its schemas, and each example is one', () => {
    for (const [name, schema] of Object.entries(NAMED_SCHEMAS)) {
      const examples: unknown[] =
        'examples' in schema && Array.isArray(schema.examples) ? schema.examples : []
      expect(examples.length, name).toBeGreaterThan(0)
      for (const example of examples) expect(matches(schema, example), name).toBe(true)
    }
  })

  test('shows every failure there is over HTTP somewhere, with an example that is one', () => {
    const shown = new Set<string>()
    for (const [name, { responses }] of operations()) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const problem = content['application/problem+json']
        for (const [code, { value }] of Object.entries(problem?.examples ?? {})) {
          expect(HTTP_STATUS[code as LogErrorCode], `${name} ${code}`).toBe(Number(status))
          expect(matches(problem!.schema, value), `${name} ${code}`).toBe(true)
          shown.add(code)
        }
      }
    }
    const missing = Object.keys(LOG_ERRORS).filter((code) => !shown.has(code))
    // No route leads to the first two; the others are told by a start that fails.
    expect(missing).toEqual([
      'UNKNOWN_ROUTE',
      'METHOD_NOT_ALLOWED',
      'DATA_DIRECTORY_IN_USE',
      'NOT_A_DATA_DIRECTORY',
      'DATA_DIRECTORY_NEWER',
      'DATA_DIRECTORY_DAMAGED',
    ])
  })
})

const SHARE = '/v1/share-groups/s'
const RECEIPTS = { acknowledgements: [{ receipt: 'r', type: 'accept' }] }
const SHARE_CASES: readonly (readonly [string, string, Call, number])[] = [
  ['put /v1/share-groups/{group}', SHARE, { method: 'PUT', body: { topics: ['t'] } }, 201],
  ['put /v1/share-groups/{group}', SHARE, { method: 'PUT', body: { topics: ['t'] } }, 200],
  ['put /v1/share-groups/{group}', SHARE, { method: 'PUT', body: { topics: [] } }, 400],
  ['get /v1/share-groups', '/v1/share-groups', {}, 200],
  ['get /v1/share-groups/{group}', SHARE, {}, 200],
  ['post /v1/share-groups/{group}/acquire', `${SHARE}/acquire`, { body: { consumer: 'w' } }, 200],
  ['post /v1/share-groups/{group}/acquire', `${SHARE}/acquire`, { body: {} }, 400],
  ['get /v1/share-groups/{group}', SHARE, {}, 200],
  [
    'delete /v1/share-groups/{group}/consumers/{consumer}/waits',
    `${SHARE}/consumers/w/waits`,
    { method: 'DELETE' },
    204,
  ],
  ['post /v1/share-groups/{group}/acknowledge', `${SHARE}/acknowledge`, { body: RECEIPTS }, 400],
  ['post /v1/share-groups/{group}/redrive', `${SHARE}/redrive`, { body: { all: true } }, 200],
  ['delete /v1/share-groups/{group}', SHARE, { method: 'DELETE' }, 204],
  ['get /v1/share-groups/{group}', SHARE, {}, 404],
]

describe('answers are as the document has them:', () => {
  const NDJSON = { 'Content-Type': 'application/x-ndjson' }
  const commit = { offsets: [{ topic: 't', partition: 0, offset: 1 }] }
  const cases: readonly (readonly [string, string, Call, number])[] = [
    ['put /v1/topics/{topic}', '/v1/topics/new', { method: 'PUT', body: {} }, 201],
    ['put /v1/topics/{topic}', '/v1/topics/new', { method: 'PUT', body: {} }, 200],
    ['put /v1/topics/{topic}', '/v1/topics/new', { method: 'PUT', body: { partitions: 2 } }, 409],
    ['put /v1/topics/{topic}', '/v1/topics/new', { method: 'PUT', body: { x: 1 } }, 400],
    ['get /v1/topics', '/v1/topics?limit=1', {}, 200],
    ['get /v1/topics/{topic}', '/v1/topics/t', {}, 200],
    ['get /v1/topics/{topic}', '/v1/topics/none', {}, 404],
    ['patch /v1/topics/{topic}', '/v1/topics/t', { method: 'PATCH', body: { partitions: 2 } }, 200],
    ['post /v1/topics/{topic}/records', '/v1/topics/t/records', { body: { value: 1 } }, 200],
    ['post /v1/topics/{topic}/records', '/v1/topics/t/records', { body: { valu: 1 } }, 400],
    [
      'post /v1/topics/{topic}/records',
      '/v1/topics/t/records',
      { method: 'POST', headers: NDJSON, body: '{"partition":0,"value":1}\n' },
      200,
    ],
    [
      'post /v1/topics/{topic}/records',
      '/v1/topics/t/records',
      { method: 'POST', headers: NDJSON, body: '{"value":1\n' },
      400,
    ],
    [
      'post /v1/topics/{topic}/records',
      '/v1/topics/t/records',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'a=1',
      },
      415,
    ],
    [
      'get /v1/topics/{topic}/partitions/{partition}/records',
      '/v1/topics/t/partitions/0/records',
      {},
      200,
    ],
    [
      'get /v1/topics/{topic}/partitions/{partition}/records',
      '/v1/topics/t/partitions/0/records?offset=99',
      {},
      416,
    ],
    [
      'get /v1/topics/{topic}/partitions/{partition}/records',
      '/v1/topics/t/partitions/0/records',
      { headers: { Accept: 'image/png' } },
      406,
    ],
    [
      'post /v1/topics/{topic}/partitions/{partition}/trim',
      '/v1/topics/t/partitions/0/trim',
      { body: { beforeOffset: 0 } },
      200,
    ],
    ['post /v1/producers', '/v1/producers', { method: 'POST' }, 200],
    ['post /v1/groups/{group}/offsets', '/v1/groups/g/offsets', { body: commit }, 200],
    ['post /v1/groups/{group}/offsets', '/v1/groups/g/offsets', { body: { offsets: [] } }, 400],
    ['get /v1/groups/{group}/offsets', '/v1/groups/g/offsets', {}, 200],
    ['get /v1/groups/{group}/offsets/history', '/v1/groups/g/offsets/history?limit=1', {}, 200],
    [
      'post /v1/groups/{group}/offsets/reset',
      '/v1/groups/g/offsets/reset',
      { body: { topic: 't', to: 'latest', dryRun: true } },
      200,
    ],
    [
      'post /v1/groups/{group}/poll',
      '/v1/groups/p/poll',
      { body: { topics: ['t'], memberId: 'm' } },
      200,
    ],
    ['post /v1/groups/{group}/poll', '/v1/groups/p/poll', { body: { cursor: 'x' } }, 400],
    ['get /v1/groups/{group}', '/v1/groups/p', {}, 200],
    ['delete /v1/groups/{group}', '/v1/groups/p', { method: 'DELETE' }, 409],
    [
      'delete /v1/groups/{group}/members/{member}',
      '/v1/groups/p/members/m',
      { method: 'DELETE' },
      204,
    ],
    [
      'delete /v1/groups/{group}/members/{member}',
      '/v1/groups/p/members/m',
      { method: 'DELETE' },
      404,
    ],
    ['get /v1/groups', '/v1/groups', {}, 200],
    ['get /v1/groups/{group}', '/v1/groups/g', {}, 200],
    ['get /v1/groups/{group}', '/v1/groups/none', {}, 404],
    [
      'delete /v1/groups/{group}/offsets',
      '/v1/groups/g/offsets?topic=t',
      { method: 'DELETE' },
      204,
    ],
    ['delete /v1/groups/{group}', '/v1/groups/none', { method: 'DELETE' }, 404],
    ['get /v1/groups/{group}/offsets', '/v1/groups/g/offsets?topic=none', {}, 404],
    ['get /v1/groups/{group}/offsets/history', '/v1/groups/g/offsets/history?topic=none', {}, 404],
    [
      'post /v1/groups/{group}/offsets/reset',
      '/v1/groups/g/offsets/reset',
      { body: { topic: 'none', to: 'latest' } },
      404,
    ],
    ...SHARE_CASES,
    ...REGISTRY_CASES,
    ['delete /v1/topics/{topic}', '/v1/topics/new', { method: 'DELETE' }, 204],
    ['get /livez', '/livez', {}, 200],
    ['get /readyz', '/readyz', {}, 200],
    ['get /v1/status', '/v1/status', {}, 200],
  ]

  beforeAll(() => createTopic(serving, 't'))

  test.each(cases.map((one, index) => [index, ...one] as const))(
    '%i. %s at %s',
    async (_index, operation, path, options, status) => {
      const answer = await call(serving, path, options)
      expect(answer.status).toBe(status)
      const [method = '', route = ''] = operation.split(' ')
      const described = document.paths[route]?.[method]?.responses[`${status}`]
      expect(described).toBeDefined()
      if (status === 204) {
        expect(answer.text).toBe('')
        return
      }
      const type = answer.headers.get('content-type')?.replace(/;.*$/, '') ?? ''
      const media = described!.content?.[type]
      expect(media, type).toBeDefined()
      expect(matches(media!.schema, answer.json), answer.text).toBe(true)
    },
  )

  test('every operation is among these, but for streams and pages', () => {
    const tried = new Set(cases.map(([operation]) => operation))
    const untried = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(untried.filter((operation) => !tried.has(operation))).toEqual([
      'get /openapi.json',
      'get /metrics',
      'get /v1/topics/{topic}/records',
      'get /docs',
    ])
  })
})

/** Of the schema itself, or of the one that it refers to. */
function examplesIn(schema: Schema): readonly unknown[] {
  return (resolved(schema) as Schema).examples ?? []
}

function expectExamples(schema: Schema, examples: readonly unknown[], place: string): void {
  expect(examples.length, place).toBeGreaterThan(0)
  for (const example of examples) {
    expect(matches(schema, example), `${place}: ${JSON.stringify(example)}`).toBe(true)
  }
}

/** Whether a value is what a schema of the document says; its references are looked up there. */
function matches(schema: object, value: unknown): boolean {
  return Check(resolved(schema) as object, value)
}

function resolved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolved)
  if (typeof schema !== 'object' || schema === null) return schema
  if ('$ref' in schema && typeof schema.$ref === 'string') {
    return resolved(document.components.schemas[schema.$ref.replace('#/components/schemas/', '')])
  }
  return Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, resolved(part)]))
}
