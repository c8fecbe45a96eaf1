import type { Problem } from '@millrace/http-api/errors'
import { LogError } from '@millrace/model/log-error'
import type { Edge } from './edge.ts'
import { problemOf } from './problem.ts'

/** What a stream that has begun says when it cannot go on, with where the reader was. */
export function streamProblem(edge: Edge, error: unknown, position: string): Problem {
  if (error instanceof LogError) return { ...problemOf(error), position }
  edge.logger.error({ err: error }, 'bug in a stream')
  const bug = new LogError('INTERNAL_ERROR', 'The log of the server has it.', { position })
  return problemOf(bug)
}
