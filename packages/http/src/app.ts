import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Broker } from '@millrace/model/broker'
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { describeApi } from './api-description.ts'
import { BodyBudget } from './body-budget.ts'
import { BodyMemory } from './body-memory.ts'
import { answerBrokenRequests } from './broken-requests.ts'
import type { HttpConfig } from './config.ts'
import { settleConnections } from './connections.ts'
import { CutBodies } from './cut-bodies.ts'
import type { App, Edge } from './edge.ts'
import { bugFailure, knownFailure } from './failure.ts'
import { guardRequests } from './gate.ts'
import { readJsonBodies } from './json-bodies.ts'
import { Heartbeats } from './heartbeats.ts'
import { Metrics } from './metrics.ts'
import { OpenWaits } from './open-waits.ts'
import { readParameters } from './parameters.ts'
import { answerProblems, sendFailure } from './problem-answers.ts'
import { addDocsRoute } from './routes/docs.ts'
import { addFetchRoutes } from './routes/fetch.ts'
import { addGroupPollRoute } from './routes/group-poll.ts'
import { addGroupRoutes } from './routes/groups.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addMetricsRoute, measureRequests } from './routes/metrics.ts'
import { addOffsetRoutes } from './routes/offsets.ts'
import { addProduceRoute } from './routes/produce.ts'
import { addProducerRoutes } from './routes/producers.ts'
import { addRegistryRoutes } from './routes/registry.ts'
import { addShareGroupRoutes } from './routes/share-groups.ts'
import { addShareRecordRoutes } from './routes/share-records.ts'
import { addTopicRoutes } from './routes/topics.ts'
import { Turns } from './turns.ts'

export interface HttpOptions {
  readonly config: HttpConfig
  /** A pino logger: one line for each refusal for load (at most one a second) and each bug. */
  readonly logger: FastifyBaseLogger
  /** Of Millrace, as `/v1/status` shows it. */
  readonly version: string
}

/**
 * The HTTP API over `broker`, not yet listening: `await app.listen({ host, port })`. `app.close()` ends
 * long polls and streams, refuses what comes after, and leaves the broker open.
 */
export async function createApp(broker: Broker, options: HttpOptions): Promise<FastifyInstance> {
  const { config, logger, version } = options
  const edge: Edge = {
    broker,
    config,
    logger,
    version,
    bodies: new BodyBudget(config.bodiesInFlightMaxBytes),
    bodyMemory: new BodyMemory(),
    cutBodies: new CutBodies(),
    turns: new Turns(),
    waits: new OpenWaits(),
    heartbeats: new Heartbeats(config.heartbeatMs, () => performance.now()),
    metrics: new Metrics(broker),
    nowMs: () => Date.now(),
  }
  const app = makeFastify(edge)
  // Long polls and streams would keep a close waiting for as long as they last.
  app.addHook('preClose', async () => edge.waits.stop())
  measureRequests(app, edge)
  guardRequests(app, edge)
  readParameters(app)
  readJsonBodies(app, edge)
  settleConnections(app, edge)
  answerProblems(app, edge)
  await describeApi(app, version)
  addRoutes(app, edge)
  await app.ready()
  return app
}

function addRoutes(app: App, edge: Edge): void {
  addMetricsRoute(app, edge)
  addTopicRoutes(app, edge)
  addProduceRoute(app, edge)
  addFetchRoutes(app, edge)
  addOffsetRoutes(app, edge)
  addGroupPollRoute(app, edge)
  addGroupRoutes(app, edge)
  addShareGroupRoutes(app, edge)
  addShareRecordRoutes(app, edge)
  addProducerRoutes(app, edge)
  addRegistryRoutes(app, edge)
  addHealthRoutes(app, edge)
  addDocsRoute(app)
}

function makeFastify({ config, logger, cutBodies }: Edge): App {
  const app = fastify({
    loggerInstance: withoutChildren(logger),
    logController: new LogController({ disableRequestLogging: true }),
    // Refused here, by a problem document; Fastify has one of its own.
    return503OnClosing: false,
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: false,
        allErrors: true,
        verbose: true,
      },
    },
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    // An address that cannot be decoded has no route, and so no error handler.
    frameworkErrors: (error, request, reply) => {
      sendFailure(request, reply, knownFailure(error, request) ?? bugFailure(request))
    },
    clientErrorHandler: (error, socket) => answerBrokenRequests(cutBodies, error, socket),
    keepAliveTimeout: config.keepAliveTimeoutMs,
    // How long a body may take is for each route to say: an upload of lines has no limit in all.
    requestTimeout: 0,
    http: {
      headersTimeout: config.headersTimeoutMs,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: HEADERS_MAX_BYTES,
      // The gate does, with a problem document.
      requireHostHeader: false,
      // A reader whose machine is gone says nothing, and nothing may ever be written to it.
      keepAlive: true,
      keepAliveInitialDelay: PROBE_AFTER_MS,
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = config.maxConnections
  // Nothing is promised by answering as if it had not been asked; Node's own 417 would be no problem document.
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response)
  })
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  return app
}

/**
 * One logger for all: a child for each request is garbage that nobody reads, and what a factory of children gives is
 * examined anew for each request.
 */
function withoutChildren(logger: FastifyBaseLogger): FastifyBaseLogger {
  const own = Object.create(logger) as FastifyBaseLogger
  own.child = () => own
  return own
}

/** Longer ones do not fit into the headers; a name's own limit is told by the schema, with a reason. */
const PARAMETER_LENGTH_MAX = 16_384
const HEADERS_MAX_BYTES = 16 * 1024
const CHECK_CONNECTIONS_MS = 1000
const PROBE_AFTER_MS = 60_000
