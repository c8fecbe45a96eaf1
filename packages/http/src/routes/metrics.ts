import { answers, mediaAnswer } from '../answers.ts'
import type { App, Edge } from '../edge.ts'

/** To be called before any route is added. */
export function measureRequests(app: App, { metrics, logger }: Edge): void {
  app.addHook('onResponse', (request, reply, done) => {
    // The route, not the address: a key to filter by is a record's content.
    const route = request.routeOptions.url ?? 'none'
    const labels = { method: request.method, route, status: reply.statusCode }
    metrics.requested(labels, reply.elapsedTime / 1000)
    logger.debug({ ...labels, durationMs: reply.elapsedTime }, 'answered')
    done()
  })
}

export function addMetricsRoute(app: App, { metrics }: Edge): void {
  app.get('/metrics', {
    schema: {
      tags: ['operation'],
      operationId: 'metrics',
      summary: 'Counts and gauges, for Prometheus',
      response: answers({
        200: mediaAnswer('In the text format.', { 'text/plain': METRICS_TEXT }),
      }),
    },
    handler: async (_request, reply) => {
      const text = await metrics.text()
      return reply.type(metrics.contentType).send(text)
    },
  })
}

const METRICS_TEXT = {
  type: 'string',
  examples: [
    '# HELP millrace_produce_records_total Records appended.\n' +
      '# TYPE millrace_produce_records_total counter\nmillrace_produce_records_total 2\n',
  ],
}
