import type { Connection } from './connection.ts'
import { attempt, type HttpRequest } from './http.ts'
import { MillraceError } from './millrace-error.ts'
import { withRetries } from './retry.ts'

export interface Call extends Omit<HttpRequest, 'body'> {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Doing it twice is the same as doing it once: it is tried again also when no answer came. */
  readonly isIdempotent: boolean
}

/** Asks for JSON, trying again where that does no harm. `Answer` is what the contract says comes back. */
export async function call<Answer>(connection: Connection, request: Call): Promise<Answer> {
  const { json, ...rest } = request
  const headers = {
    accept: 'application/json',
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...request.headers,
  }
  const body = json === undefined ? {} : { body: JSON.stringify(json) }
  const deadlineMs = performance.now() + connection.retryForMs
  const { isIdempotent, signal } = request
  return withRetries({ deadlineMs, isIdempotent, signal }, async () => {
    return attempt(connection, { ...rest, ...body, headers }, readJson<Answer>)
  })
}

/** For what is answered with `204` or with nothing that a caller needs. */
export async function callForNothing(connection: Connection, request: Call): Promise<void> {
  await call<unknown>(connection, request)
}

export async function readJson<Answer>(response: Response): Promise<Answer> {
  const text = await response.text()
  if (text === '') return undefined as Answer
  try {
    return JSON.parse(text) as Answer
  } catch (cause) {
    throw new MillraceError('UNEXPECTED_ANSWER', `It is not JSON: ${text.slice(0, 200)}`, {
      status: response.status,
      appended: 'unknown',
      cause,
    })
  }
}
