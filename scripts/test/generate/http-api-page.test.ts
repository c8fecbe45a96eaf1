import { expect, test } from 'vitest'
import { renderHttpApi } from '../../generate/http-api-page.ts'
import type { OpenApiDocument, Operation } from '../../generate/open-api.ts'

const PROBLEM = 'application/problem+json'

test('an operation has its parameters, and an example of its body and of its answer', () => {
  const page = renderHttpApi(
    documentOf({
      tags: ['topics'],
      summary: 'Make a topic',
      parameters: [
        {
          name: 'topic',
          in: 'path',
          required: true,
          schema: { type: 'string' },
          description: 'A name.',
        },
        {
          name: 'limit',
          in: 'query',
          schema: { type: 'integer', minimum: 1, maximum: 9, default: 5 },
        },
      ],
      requestBody: {
        content: {
          'application/json': {
            schema: { properties: { partitions: { examples: [6] }, note: {} } },
          },
        },
      },
      responses: {
        201: {
          description: 'Made.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Topic' } } },
        },
      },
    }),
  )
  expect(page).toContain('## Topics\n\n### PUT /v1/topics/{topic}\n\nMake a topic.')
  expect(page).toContain('| `topic` | path, required | string | A name. |')
  expect(page).toContain('| `limit` | query | integer, 1 to 9; else 5 |  |')
  expect(page).toContain('Body, `application/json`:\n\n```json\n{"partitions":6}\n```')
  expect(page).toContain('**201** (`application/json`): Made.\n\n```json\n{"name":"orders"}\n```')
})

test('problems that every operation may meet are named once, its own with the operation', () => {
  const common = { 400: { content: { [PROBLEM]: { examples: { INVALID_REQUEST: {} } } } } }
  const own = { ...common, 409: { content: { [PROBLEM]: { examples: { TOPIC_EXISTS: {} } } } } }
  const page = renderHttpApi({
    paths: { '/a': { put: { responses: own } }, '/b': { get: { responses: common } } },
  })
  expect(page).toContain('Any request may meet `INVALID_REQUEST` (400).')
  expect(page.split('INVALID_REQUEST')).toHaveLength(2)
  expect(page).toContain('### PUT /a\n\nProblems: `TOPIC_EXISTS` (409).')
})

function documentOf(operation: Operation): OpenApiDocument {
  return {
    components: { schemas: { Topic: { properties: { name: { examples: ['orders'] } } } } },
    paths: { '/v1/topics/{topic}': { put: operation } },
  }
}
