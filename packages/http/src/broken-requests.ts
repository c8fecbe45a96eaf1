import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_TYPE } from '@millrace/http-api/errors'
import { LogError } from '@millrace/model/log-error'
import type { CutBodies } from './cut-bodies.ts'
import { problemOf } from './problem.ts'

/** What Node could not read as HTTP. When a body was being read, its reader answers; else we do, if anyone listens. */
export function answerBrokenRequests(
  cutBodies: CutBodies,
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  const problem = problemFor(error)
  if (cutBodies.cut(socket, problem)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(problemOf(problem))
  const { status } = problemOf(problem)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function problemFor({ code }: { readonly code?: string }): LogError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new LogError('HEADERS_TOO_LARGE', 'Headers may take 16 KiB in all.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new LogError('REQUEST_TOO_SLOW', 'The headers took too long.')
    case 'HPE_INVALID_EOF_STATE':
      return new LogError('INVALID_REQUEST', 'The body was cut off.', { appended: false })
    default:
      return new LogError('INVALID_REQUEST', 'The request is not HTTP as RFC 9112 has it.')
  }
}
