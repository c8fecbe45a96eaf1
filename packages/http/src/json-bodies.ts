import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { LogError } from '@millrace/model/log-error'
import type { FastifyRequest } from 'fastify'
import type { App, Edge } from './edge.ts'
import { unsupportedMediaType } from './media-type-problem.ts'
import { withWholeBody } from './whole-body.ts'

/** JSON is all that the routes read, but for produce, which has parsers of its own. */
export function readJsonBodies(app: App, edge: Edge): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, raw: IncomingMessage) => {
      if (!isBodyExpected(request)) return undefined
      return withWholeBody(edge, raw, LIMIT, parseJson)
    },
  )
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    if (isBodyExpected(request)) throw unsupportedMediaType(request)
  })
}

/**
 * INVALID_REQUEST for a body where none is taken: who names in it what to delete would have all deleted. An
 * empty one is none, and of an address that does not exist that is the greater mistake.
 */
function isBodyExpected({ is404, headers, method, routeOptions }: FastifyRequest): boolean {
  if (is404 || headers['content-length'] === '0') return false
  if (routeOptions.schema?.body !== undefined) return true
  throw new LogError(
    'INVALID_REQUEST',
    `${method} ${routeOptions.url ?? ''} takes no body: what it needs is in its address.`,
  )
}

/** As long as what one append takes. */
const LIMIT = { maxBytes: 8 * 1024 * 1024, code: 'BODY_TOO_LARGE' } as const

/** Of a field given twice the last one counts, as with `JSON.parse`; nothing here is stored as it was sent. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  if (!isUtf8(body)) throw new LogError('INVALID_REQUEST', 'The body is not UTF-8.')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it does not parse'
    throw new LogError('INVALID_REQUEST', `The body is not JSON: ${why}.`, { cause })
  }
}
