import { Health, Readiness, ServerStatus } from '@millrace/http-api/health'
import { answers, jsonAnswer } from '../answers.ts'
import type { App, Edge } from '../edge.ts'

export function addHealthRoutes(app: App, edge: Edge): void {
  app.get('/livez', {
    schema: {
      tags: ['operation'],
      operationId: 'live',
      summary: 'Is the process alive',
      response: answers({ 200: jsonAnswer('It is.', Health) }),
    },
    handler: async () => ({ status: 'ok' }),
  })

  app.get('/readyz', {
    schema: {
      tags: ['operation'],
      operationId: 'ready',
      summary: 'Does it take reads and writes',
      description: READINESS,
      response: answers({
        200: jsonAnswer('It does.', Readiness),
        503: jsonAnswer('It does not, and says why.', Readiness),
      }),
    },
    handler: async (_request, reply) => {
      const readiness = readinessOf(edge)
      return reply.code(readiness.state === 'ready' ? 200 : 503).send(readiness)
    },
  })

  app.get('/v1/status', {
    schema: {
      tags: ['operation'],
      operationId: 'status',
      summary: 'Version, state, disk, last recovery',
      response: answers({ 200: jsonAnswer('How it is doing.', ServerStatus) }),
    },
    handler: async () => ({ version: edge.version, ...edge.broker.status(), ...stateOf(edge) }),
  })
}

const READINESS =
  'Nothing answers before recovery is done: the port is not open yet. A full disk is no reason for 503: reads, ' +
  'commits and deletions go on, and reason says so. After a failed write nothing but reads goes on.'

function readinessOf(edge: Edge): Readiness {
  const { state, reason } = { ...edge.broker.status(), ...stateOf(edge) }
  return reason === undefined ? { state } : { state, reason }
}

/** The edge stops before the broker does. */
function stateOf(edge: Edge): Partial<Readiness> {
  return edge.waits.isStopping ? { state: 'stopping', reason: 'The server was told to stop.' } : {}
}
