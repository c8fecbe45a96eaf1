import { PROBLEM_TYPE } from '@millrace/http-api/errors'
import { REGISTRY_TYPE } from '@millrace/http-api/registry'
import { LogError } from '@millrace/model/log-error'
import { RegistryError } from '@millrace/model/registry-error'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { keepReading } from './connections.ts'
import type { App, Edge } from './edge.ts'
import { FailureLog } from './failure-log.ts'
import { problemOf } from './problem.ts'
import { isOfRegistry, registryFailureOf } from './registry-failure.ts'

/** Every failure leaves as a problem document, whoever noticed it; the registry's in the form of its own API. */
export function answerProblems(app: App, edge: Edge): void {
  const failures = new FailureLog(edge)
  app.setErrorHandler((error: Error, request, reply) => {
    // Fastify would close a connection whose body is not read; `connections` sees to that, without a reset.
    reply.removeHeader('connection')
    const failure = error instanceof RegistryError ? error : failures.failureOf(error, request)
    return sendFailure(request, reply, failure)
  })
  const routes = routesByPath(app)
  app.setNotFoundHandler((request, reply) =>
    sendFailure(request, reply, missing(routes, request, reply)),
  )
}

export function sendFailure(
  { url }: Pick<FastifyRequest, 'url'>,
  reply: FastifyReply,
  error: LogError | RegistryError,
): FastifyReply {
  keepReading(reply)
  if (error instanceof LogError) addHeaders(reply, error)
  if (isOfRegistry(url) || error instanceof RegistryError) {
    const { status, body } = registryFailureOf(error)
    return reply.code(status).type(REGISTRY_TYPE).send(JSON.stringify(body))
  }
  const problem = problemOf(error)
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}

function addHeaders(reply: FastifyReply, { code, fields }: LogError): void {
  const { retryAfterMs } = fields
  if (retryAfterMs !== undefined) reply.header('Retry-After', Math.ceil(retryAfterMs / 1000))
  if (code === 'REQUEST_TOO_SLOW') reply.header('Connection', 'close')
}

interface KnownRoute {
  readonly path: RegExp
  readonly methods: Set<string>
}

/** Filled as routes are added. */
function routesByPath(app: App): ReadonlyMap<string, KnownRoute> {
  const routes = new Map<string, KnownRoute>()
  app.addHook('onRoute', ({ url, method }) => {
    const path = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
    const known = routes.get(url) ?? { path, methods: new Set() }
    for (const one of [method].flat()) known.methods.add(one)
    routes.set(url, known)
  })
  return routes
}

function missing(
  routes: ReadonlyMap<string, KnownRoute>,
  request: FastifyRequest,
  reply: FastifyReply,
): LogError {
  const path = request.url.replace(/\?.*$/s, '')
  for (const route of routes.values()) {
    if (!route.path.test(path)) continue
    const allowed = [...route.methods].join(', ')
    reply.header('Allow', allowed)
    return new LogError('METHOD_NOT_ALLOWED', `${request.method} is not among ${allowed}.`)
  }
  return new LogError(
    'UNKNOWN_ROUTE',
    `${request.method} ${path.slice(0, PATH_SHOWN_MAX)}: GET /openapi.json lists what there is, /docs shows it.`,
  )
}

const PATH_SHOWN_MAX = 200
