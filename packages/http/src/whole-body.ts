import type { IncomingMessage } from 'node:http'
import { LogError, type LogErrorCode } from '@millrace/model/log-error'
import type { BodyRoom } from './body-budget.ts'
import { type BorrowedMemory, ownMemory } from './body-memory.ts'
import type { Edge } from './edge.ts'
import { bodyCutOff } from './request-body.ts'

export interface BodyLimit {
  readonly maxBytes: number
  /** What a larger body is refused with. */
  readonly code: LogErrorCode & ('BODY_TOO_LARGE' | 'RECORD_TOO_LARGE')
}

/** Calls `use` with the whole body, whose bytes count against the budget until it is done. */
export function withWholeBody<Result>(
  edge: Edge,
  raw: IncomingMessage,
  limit: BodyLimit,
  use: (body: Buffer) => Result | Promise<Result>,
): Promise<Result> {
  return withBody({ edge, raw, limit, lend: ownMemory }, use)
}

/** The same for a `use` that keeps no piece of the body when it is done: others get its memory then. */
export function withBorrowedBody<Result>(
  edge: Edge,
  raw: IncomingMessage,
  limit: BodyLimit,
  use: (body: Buffer) => Result | Promise<Result>,
): Promise<Result> {
  return withBody({ edge, raw, limit, lend: (bytes) => edge.bodyMemory.borrow(bytes) }, use)
}

interface BodyToRead {
  readonly edge: Edge
  readonly raw: IncomingMessage
  readonly limit: BodyLimit
  readonly lend: (bytes: number) => BorrowedMemory
}

async function withBody<Result>(
  { edge, raw, limit, lend }: BodyToRead,
  use: (body: Buffer) => Result | Promise<Result>,
): Promise<Result> {
  const announced = announcedLength(raw)
  expectWithin(announced ?? 0, limit)
  using room = edge.bodies.open(announced ?? 0)
  const atHand = bodyAtHand(raw, announced)
  if (atHand !== undefined) return await use(atHand)
  using borrowed = announced === undefined ? undefined : lend(announced)
  const pieces =
    borrowed === undefined ? new GrowingBody(limit, room) : new AnnouncedBody(borrowed.memory)
  return await use(await readPieces(edge, raw, pieces))
}

/** A small body comes with its headers, as a rule: then there is nothing to wait for, nor to copy. */
function bodyAtHand(raw: IncomingMessage, announced: number | undefined): Buffer | undefined {
  if (raw.destroyed || announced === undefined || raw.readableLength < announced) return undefined
  const body: unknown = raw.read()
  // For its end, which the connection's next request waits for.
  raw.resume()
  return Buffer.isBuffer(body) ? body : NO_BYTES
}

function announcedLength(raw: IncomingMessage): number | undefined {
  const header = raw.headers['content-length']
  return header === undefined ? undefined : Number(header)
}

/** As the pieces come, with one timer for all of them: a small body is on the path of every small produce. */
function readPieces(
  { config, cutBodies }: Edge,
  raw: IncomingMessage,
  pieces: AnnouncedBody | GrowingBody,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { requestTimeoutMs } = config
    const timer = setTimeout(() => fail(tooSlow(requestTimeoutMs)), requestTimeoutMs)
    const take = (piece: Buffer) => {
      try {
        pieces.add(piece)
      } catch (error) {
        fail(error)
      }
    }
    const finish = () => {
      stop()
      resolve(pieces.whole())
    }
    const cut = () => fail(bodyCutOff())
    // The request itself is left alive, so that it can still be answered.
    const fail = (error: unknown) => {
      stop()
      raw.pause()
      reject(error instanceof Error ? error : new Error('A body could not be read.'))
    }
    const stop = () => {
      clearTimeout(timer)
      cutBodies.forget(raw.socket)
      raw.removeListener('data', take).removeListener('end', finish).removeListener('close', cut)
    }
    cutBodies.onCut(raw.socket, fail)
    // The listener for errors stays: a connection that breaks later must not bring the process down.
    raw.on('error', cut).on('close', cut).on('end', finish).on('data', take)
    // Its close was told before anybody listened.
    if (raw.destroyed) cut()
  })
}

/** Node's parser sees to it that no more and no less comes than was announced. */
class AnnouncedBody {
  readonly #memory: Buffer
  #length = 0

  constructor(memory: Buffer) {
    this.#memory = memory
  }

  add(piece: Buffer): void {
    this.#length += piece.copy(this.#memory, this.#length)
  }

  whole(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }
}

class GrowingBody {
  readonly #limit: BodyLimit
  readonly #room: BodyRoom
  readonly #pieces: Buffer[] = []
  #length = 0

  constructor(limit: BodyLimit, room: BodyRoom) {
    this.#limit = limit
    this.#room = room
  }

  add(piece: Buffer): void {
    this.#length += piece.length
    expectWithin(this.#length, this.#limit)
    this.#room.grow(piece.length)
    this.#pieces.push(piece)
  }

  whole(): Buffer {
    return Buffer.concat(this.#pieces, this.#length)
  }
}

function tooSlow(timeoutMs: number): LogError {
  return new LogError('REQUEST_TOO_SLOW', `The body was not whole within ${timeoutMs} ms.`, {
    appended: false,
  })
}

function expectWithin(bytes: number, { maxBytes, code }: BodyLimit): void {
  if (bytes <= maxBytes) return
  throw new LogError(code, `The body is larger than ${maxBytes} bytes.`, {
    appended: false,
  })
}

const NO_BYTES = Buffer.alloc(0)
