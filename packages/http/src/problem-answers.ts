import { PROBLEM_TYPE } from '@millrace/http-api/errors'
import { LogError } from '@millrace/model/log-error'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { keepReading } from './connections.ts'
import type { App, Edge } from './edge.ts'
import { bugFailure, knownFailure } from './failure.ts'
import { problemOf } from './problem.ts'
import { RefusalLog } from './refusal-log.ts'

/** Every failure leaves as a problem document, whoever noticed it. */
export function answerProblems(app: App, edge: Edge): void {
  const refusals = new RefusalLog(edge.logger)
  app.setErrorHandler((error: Error, request, reply) => {
    const known = knownFailure(error, request)
    if (known === undefined) {
      edge.logger.error(
        { err: error, requestId: request.id, route: request.routeOptions.url },
        'bug',
      )
    } else if (known.code === 'OVERLOADED' || known.code === 'STORAGE_FULL') {
      refusals.refused(known.code, performance.now())
    }
    // Fastify would close a connection whose body is not read; `connections` sees to that, without a reset.
    reply.removeHeader('connection')
    return sendProblem(reply, known ?? bugFailure(request))
  })
  const routes = routesByPath(app)
  app.setNotFoundHandler((request, reply) => sendProblem(reply, missing(routes, request, reply)))
}

export function sendProblem(reply: FastifyReply, error: LogError): FastifyReply {
  const problem = problemOf(error)
  keepReading(reply)
  const { retryAfterMs } = error.fields
  if (retryAfterMs !== undefined) reply.header('Retry-After', Math.ceil(retryAfterMs / 1000))
  if (error.code === 'REQUEST_TOO_SLOW') reply.header('Connection', 'close')
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
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
