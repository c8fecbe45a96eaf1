import { fastify, type FastifyInstance } from 'fastify'
import { emptyAnswer } from '../answers.ts'
import type { App } from '../edge.ts'

/**
 * The OpenAPI document as a page to read and try, all of it served from here. The page's script is 4 MB: it is
 * loaded when it is first asked for, by an app within, as most servers never show it.
 */
export function addDocsRoute(app: App): void {
  let pages: Promise<FastifyInstance> | undefined
  app.get('/docs', { schema: SCHEMA }, async (_request, reply) => reply.redirect('/docs/', 301))
  app.get('/docs/*', { schema: { hide: true } }, async (request, reply) => {
    pages ??= openPages()
    const page = await (await pages).inject({ method: 'GET', url: request.url })
    const type = page.headers['content-type']
    return reply
      .code(page.statusCode)
      .header('Content-Security-Policy', PAGE_POLICY)
      .type(type ?? 'text/plain')
      .send(page.rawPayload)
  })
}

async function openPages(): Promise<FastifyInstance> {
  const { default: apiReference } = await import('@scalar/fastify-api-reference')
  const pages = fastify({ logger: false })
  await pages.register(apiReference, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Millrace HTTP API',
      // Else a browser asks for /favicon.ico, which is not here.
      favicon: 'data:,',
      // Nothing is fetched from anywhere else, and nobody else's services are offered.
      withDefaultFonts: false,
      telemetry: false,
      showDeveloperTools: 'never',
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
  await pages.ready()
  return pages
}

const SCHEMA = {
  tags: ['operation'],
  operationId: 'docs',
  summary: 'This document as a page',
  response: { 301: emptyAnswer('The page is at /docs/.') },
}

/** The page writes its own script and styles. */
const PAGE_POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'"
