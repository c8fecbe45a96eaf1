import { expect, test } from 'vitest'
import { renderHttpApi } from '../../generate/http-api-page.ts'

test('an operation has its parameters, an example of its body and its answers', () => {
  const page = renderHttpApi({
    paths: {
      '/v1/topics/{topic}': {
        put: {
          tags: ['topics'],
          summary: 'Make a topic',
          parameters: [
            {
              name: 'topic',
              in: 'path',
              required: true,
              schema: { type: 'string', description: 'A topic.' },
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
              content: { 'application/json': { schema: { examples: [{ a: 1 }] } } },
            },
            409: {
              description: 'TOPIC_EXISTS:\n it is otherwise.',
              content: { 'application/problem+json': {} },
            },
          },
        },
      },
    },
  })
  expect(page).toContain('## Topics\n\n### PUT /v1/topics/{topic}\n\nMake a topic.')
  expect(page).toContain('| `topic` | path, required | string | A topic. |')
  expect(page).toContain('| `limit` | query | integer, 1 to 9; else 5 |  |')
  expect(page).toContain('Body, `application/json`:\n\n```json\n{\n  "partitions": 6\n}\n```')
  expect(page).toContain('| 409 | `application/problem+json` | TOPIC_EXISTS: it is otherwise. |')
  expect(page).toContain('201, `application/json`:\n\n```json\n{\n  "a": 1\n}\n```')
})
