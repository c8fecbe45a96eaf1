import type { IncomingMessage } from 'node:http'
import { LogError, type LogErrorCode } from '@millrace/model/log-error'
import type { BodyRoom } from './body-budget.ts'
import type { Edge } from './edge.ts'
import { RequestBody } from './request-body.ts'

export interface BodyLimit {
  readonly maxBytes: number
  /** What a larger body is refused with. */
  readonly code: LogErrorCode & ('BODY_TOO_LARGE' | 'RECORD_TOO_LARGE')
}

/** Calls `use` with the whole body, whose bytes count against the budget until it is done. */
export async function withWholeBody<Result>(
  edge: Edge,
  raw: IncomingMessage,
  limit: BodyLimit,
  use: (body: Buffer) => Result | Promise<Result>,
): Promise<Result> {
  const announced = announcedLength(raw)
  expectWithin(announced ?? 0, limit)
  using room = edge.bodies.open(announced ?? 0)
  const body = await readWhole(edge, raw, limit, announced === undefined ? room : undefined)
  return await use(body)
}

function announcedLength(raw: IncomingMessage): number | undefined {
  const header = raw.headers['content-length']
  return header === undefined ? undefined : Number(header)
}

/** `room`: what grows with a body whose length was not announced. */
async function readWhole(
  edge: Edge,
  raw: IncomingMessage,
  limit: BodyLimit,
  room: BodyRoom | undefined,
): Promise<Buffer> {
  using body = new RequestBody(raw, edge.cutBodies)
  const deadline = performance.now() + edge.config.requestTimeoutMs
  const pieces: Buffer[] = []
  let length = 0
  for (;;) {
    const piece = await body.next(Math.max(1, deadline - performance.now()))
    if (piece === undefined) break
    length += piece.length
    expectWithin(length, limit)
    room?.grow(piece.length)
    pieces.push(piece)
  }
  const [first] = pieces
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, length)
}

function expectWithin(bytes: number, { maxBytes, code }: BodyLimit): void {
  if (bytes <= maxBytes) return
  const advice =
    code === 'BODY_TOO_LARGE'
      ? ' Send fewer records, or application/x-ndjson, which has no limit.'
      : ''
  throw new LogError(code, `The body is larger than ${maxBytes} bytes.${advice}`, {
    appended: false,
  })
}
