import type { Broker } from '@millrace/model/broker'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { HttpConfig } from './config.ts'

export interface HttpOptions {
  readonly config: HttpConfig
  /** A pino logger: one line for each refusal for load (at most one a second) and each bug. */
  readonly logger: FastifyBaseLogger
  /** Of Millrace, as `/v1/status` shows it. */
  readonly version: string
  /** Where `/metrics` reads; its own when not given. */
  readonly metrics?: Registry
}

/**
 * The HTTP API over `broker`, not yet listening: `await app.listen({ host, port })`. `app.close()` ends
 * long polls and streams, refuses what comes after, and leaves the broker open.
 */
export async function createApp(broker: Broker, options: HttpOptions): Promise<FastifyInstance> {
  const app = Fastify({ loggerInstance: options.logger })
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/v1/status', async () => ({ version: options.version, ...broker.status() }))
  return app
}
