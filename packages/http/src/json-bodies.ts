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
    async (_request: FastifyRequest, raw: IncomingMessage) =>
      withWholeBody(
        edge,
        raw,
        { maxBytes: JSON_BODY_MAX_BYTES, code: 'BODY_TOO_LARGE' },
        parseJson,
      ),
  )
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    // An address that does not exist is the greater mistake.
    if (!request.is404) throw unsupportedMediaType(request)
  })
}

/** Ten thousand commits, with their longest names, are larger; with ordinary ones, they fit. */
const JSON_BODY_MAX_BYTES = 1024 * 1024

/** Of a field given twice the last one counts, as with `JSON.parse`; nothing here is stored as it was sent. */
function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  if (!isUtf8(body)) throw new LogError('INVALID_REQUEST', 'The body is not UTF-8.')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it does not parse'
    throw new LogError('INVALID_REQUEST', `The body is not JSON: ${why}.`, { cause })
  }
}
