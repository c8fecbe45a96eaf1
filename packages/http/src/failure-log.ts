import type { LogError } from '@millrace/model/log-error'
import type { FastifyRequest } from 'fastify'
import type { Edge } from './edge.ts'
import { bugFailure, knownFailure } from './failure.ts'
import { RefusalLog } from './refusal-log.ts'

/** Says what went wrong, and tells the log of bugs, and of refusals for load. */
export class FailureLog {
  readonly #edge: Edge
  readonly #refusals: RefusalLog

  constructor(edge: Edge) {
    this.#edge = edge
    this.#refusals = new RefusalLog(edge.logger)
  }

  failureOf(error: Error, request: FastifyRequest): LogError {
    const known = knownFailure(error, request)
    if (known === undefined) {
      this.#edge.logger.error(
        { err: error, requestId: request.id, route: request.routeOptions.url },
        'bug',
      )
    } else if (known.code === 'OVERLOADED' || known.code === 'STORAGE_FULL') {
      this.#refusals.refused(known.code, performance.now())
    }
    return known ?? bugFailure(request)
  }
}
