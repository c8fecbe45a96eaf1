import type { Problem } from '@millrace/http-api/errors'
import type { Connection } from './connection.ts'
import { MillraceError } from './millrace-error.ts'
import { registryErrorOf } from './registry-failure.ts'

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** Its variable parts encoded: see `pathOf`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** Whether anything may be appended. Unless told otherwise: by everything but GET. */
  readonly mayAppend?: boolean
  /** How long the server may wait before it answers. */
  readonly waitMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * One attempt. Answers with what `read` makes of a good answer; everything else is a MillraceError, but for
 * an abort by the caller, which is the signal's reason.
 */
export async function attempt<T>(
  connection: Connection,
  request: HttpRequest,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const timeoutMs = connection.requestTimeoutMs + (request.waitMs ?? 0)
  const mayAppend = request.mayAppend ?? request.method !== 'GET'
  return withTimeout(request.signal, timeoutMs, async (signal) => {
    try {
      const response = await connection.fetch(urlOf(connection, request), {
        method: request.method,
        headers: { ...connection.headers, ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal,
      })
      if (!response.ok) throw await problemOf(response, mayAppend)
      return await read(response)
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause
      // The caller gave up: that is the caller's own reason, and no failure of ours.
      request.signal?.throwIfAborted()
      throw new MillraceError(
        'NO_ANSWER',
        `${request.method} ${connection.baseUrl}: ${why(cause)}`,
        {
          appended: mayAppend ? 'unknown' : false,
          cause,
        },
      )
    }
  })
}

/** A path of which each `${part}` is encoded. */
export function pathOf(
  texts: TemplateStringsArray,
  ...parts: readonly (string | number)[]
): string {
  return texts.reduce(
    (path, text, index) => path + encodeURIComponent(parts[index - 1] ?? '') + text,
  )
}

/** What fetch rejects with says little; its cause says what happened. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}

function urlOf(connection: Connection, { path, query = {} }: HttpRequest): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return connection.baseUrl + path + (text === '' ? '' : `?${text}`)
}

async function problemOf(response: Response, mayAppend: boolean): Promise<MillraceError> {
  const { status } = response
  const text = await response.text()
  const body = parseObject(text)
  const failure = body === undefined ? undefined : registryErrorOf(body, status)
  if (failure !== undefined) return failure
  if (body === undefined || !isProblem(body)) {
    // Something between us and the server answered, or it is another server.
    return new MillraceError('UNEXPECTED_ANSWER', `HTTP status ${status}: ${text.slice(0, 200)}`, {
      status,
      retriable: status >= 500 || status === 429,
      appended: mayAppend ? 'unknown' : false,
    })
  }
  const { code, detail, retriable, appended } = body
  return new MillraceError(code, detail, { status, retriable, appended, problem: body })
}

function isProblem(body: object): body is Problem {
  return ['code', 'detail', 'retriable', 'appended'].every((name) => name in body)
}

function parseObject(text: string): object | undefined {
  try {
    const body = JSON.parse(text) as unknown
    return typeof body === 'object' && body !== null ? body : undefined
  } catch {
    return undefined
  }
}

/** Gives `run` a signal that ends it on the caller's signal or after a time, and leaves nothing behind. */
async function withTimeout<T>(
  caller: AbortSignal | undefined,
  timeoutMs: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  caller?.throwIfAborted()
  const controller = new AbortController()
  const forward = () => controller.abort(caller?.reason)
  const timer = setTimeout(() => {
    controller.abort(new Error(`it took more than ${timeoutMs} ms.`))
  }, timeoutMs)
  caller?.addEventListener('abort', forward)
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    caller?.removeEventListener('abort', forward)
  }
}
