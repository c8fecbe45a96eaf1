import { LogError } from '@millrace/model/log-error'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App, Edge } from './edge.ts'
import { expectOwnHost, expectOwnOrigin, isAllowedOrigin } from './origin.ts'

/** What every request passes before anything else: host, origin, number of headers; and what every answer carries. */
export function guardRequests(app: App, edge: Edge): void {
  // As a rule all requests name the server in the same way.
  let ownHost: string | undefined
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SAFETY_HEADERS)
    const { headers } = request
    const site = headers['sec-fetch-site']
    const browser = {
      host: headers.host,
      origin: headers.origin,
      site: typeof site === 'string' ? site : undefined,
    }
    expectOneHost(request)
    if (browser.host !== ownHost) {
      expectOwnHost(edge.config, browser)
      ownHost = browser.host
    }
    allowOrigin(edge, request, reply)
    expectOwnOrigin(edge.config, request.method, browser)
    expectFewHeaders(request)
    expectPlainBody(request)
    if (edge.waits.isStopping && request.url !== '/livez' && request.url !== '/readyz') {
      throw new LogError('STOPPING', 'Try again when it is up.', { appended: false })
    }
    if (request.method === 'OPTIONS' && isAllowedOrigin(edge.config, headers.origin)) {
      return preflight(request, reply)
    }
  })
}

/** CORS, for the origins that are configured; without one, no such header is ever sent. */
function allowOrigin(edge: Edge, request: FastifyRequest, reply: FastifyReply): void {
  if (edge.config.allowedOrigins.length === 0) return
  reply.header('Vary', 'Origin')
  if (!isAllowedOrigin(edge.config, request.headers.origin)) return
  reply.header('Access-Control-Allow-Origin', request.headers.origin)
  reply.header('Access-Control-Expose-Headers', EXPOSED_HEADERS)
}

function preflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const wanted = request.headers['access-control-request-headers']
  // The origin is trusted by name; Millrace-Header-* cannot be listed.
  if (wanted !== undefined) reply.header('Access-Control-Allow-Headers', wanted)
  return reply
    .header('Access-Control-Allow-Methods', 'GET, HEAD, PUT, PATCH, POST, DELETE')
    .header('Access-Control-Max-Age', PREFLIGHT_SECONDS)
    .code(204)
    .send()
}

/** As RFC 9112 has it: who stands in between may have gone by another than the one that we see. */
function expectOneHost({ raw, headers }: FastifyRequest): void {
  if (headers.host === undefined) {
    if (raw.httpVersion === '1.0') return
    throw new LogError('INVALID_REQUEST', 'There is no Host header.')
  }
  let count = 0
  for (let at = 0; at < raw.rawHeaders.length; at += 2) {
    const name = raw.rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count++
  }
  if (count > 1) throw new LogError('INVALID_REQUEST', 'There is more than one Host header.')
}

function expectFewHeaders(request: FastifyRequest): void {
  if (request.raw.rawHeaders.length <= HEADERS_MAX * 2) return
  throw new LogError('HEADERS_TOO_LARGE', `More than ${HEADERS_MAX} headers came.`)
}

/** What is stored is what was sent; and a body that grows when it is read is a bomb. */
function expectPlainBody({ headers, raw }: FastifyRequest): void {
  const { 'content-encoding': content, 'transfer-encoding': transfer } = headers
  if (content !== undefined && !PLAIN.has(content.toLowerCase())) {
    throw packedBody(`Content-Encoding: ${content}`)
  }
  if (transfer === undefined) return
  if (transfer.toLowerCase() !== 'chunked') throw packedBody(`Transfer-Encoding: ${transfer}`)
  if (raw.httpVersion !== '1.0') return
  throw new LogError('INVALID_REQUEST', 'HTTP/1.0 has no Transfer-Encoding.')
}

function packedBody(header: string): LogError {
  return new LogError(
    'UNSUPPORTED_MEDIA_TYPE',
    `${header} is not read here. Send the body as it is; record batches may be compressed within.`,
    { appended: false },
  )
}

const PLAIN = new Set(['', 'identity'])

const HEADERS_MAX = 100
const PREFLIGHT_SECONDS = 600

const SAFETY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
}

const EXPOSED_HEADERS =
  'Millrace-Log-Start-Offset, Millrace-High-Watermark, Millrace-Next-Offset, Retry-After, Allow'
