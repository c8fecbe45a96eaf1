import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Broker } from '@millrace/model/broker'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { BodyBudget } from './body-budget.ts'
import type { BodyMemory } from './body-memory.ts'
import type { HttpConfig } from './config.ts'
import type { CutBodies } from './cut-bodies.ts'
import type { Heartbeats } from './heartbeats.ts'
import type { Metrics } from './metrics.ts'
import type { OpenWaits } from './open-waits.ts'
import type { Turns } from './turns.ts'

/** What the routes stand on. */
export interface Edge {
  readonly broker: Broker
  readonly config: HttpConfig
  readonly logger: FastifyBaseLogger
  readonly version: string
  readonly bodies: BodyBudget
  readonly bodyMemory: BodyMemory
  readonly cutBodies: CutBodies
  readonly turns: Turns
  readonly waits: OpenWaits
  readonly heartbeats: Heartbeats
  readonly metrics: Metrics
  nowMs(): number
}

/** Fastify, with handlers typed by their TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
