import type { IncomingMessage } from 'node:http'
import { LogError } from '@millrace/model/log-error'
import type { CutBodies } from './cut-bodies.ts'

/**
 * A request's body, read piece by piece; nothing is read ahead of `next` but what the socket had. The
 * request itself is left alive whatever happens, so that it can still be answered: dispose when done.
 */
export class RequestBody implements Disposable {
  readonly #raw: IncomingMessage
  readonly #cutBodies: CutBodies
  #failure: LogError | undefined
  #wake: (() => void) | undefined

  constructor(raw: IncomingMessage, cutBodies: CutBodies) {
    this.#raw = raw
    this.#cutBodies = cutBodies
    cutBodies.onCut(raw.socket, this.fail)
    raw.on('readable', this.#onChange)
    raw.on('end', this.#onChange)
    raw.on('error', this.#onCut)
    raw.on('close', this.#onChange)
  }

  /** The next bytes, or undefined at the end. REQUEST_TOO_SLOW when there is neither within `timeoutMs`. */
  async next(timeoutMs: number): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      const piece: unknown = this.#raw.read()
      if (piece instanceof Buffer) return piece
      if (this.#raw.readableEnded) return undefined
      if (this.#raw.destroyed) this.#onCut()
      else await this.#change(timeoutMs)
    }
  }

  /** Makes the read under way, or the next one, throw `reason`. */
  readonly fail = (reason: LogError): void => {
    this.#failure ??= reason
    this.#onChange()
  };

  [Symbol.dispose](): void {
    this.#cutBodies.forget(this.#raw.socket)
    this.#raw.removeListener('readable', this.#onChange)
    this.#raw.removeListener('end', this.#onChange)
    this.#raw.removeListener('close', this.#onChange)
    // The listener for errors stays: a connection that breaks later must not bring the process down.
  }

  readonly #onChange = (): void => {
    this.#wake?.()
  }

  readonly #onCut = (): void => {
    this.fail(bodyCutOff())
  }

  async #change(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => this.fail(tooSlow(timeoutMs)), timeoutMs)
    this.#wake = resolve
    await promise
    this.#wake = undefined
    clearTimeout(timer)
  }
}

export function bodyCutOff(): LogError {
  return new LogError('INVALID_REQUEST', 'The body was cut off.', { appended: false })
}

function tooSlow(timeoutMs: number): LogError {
  return new LogError('REQUEST_TOO_SLOW', `Nothing of the body came within ${timeoutMs} ms.`, {
    appended: false,
  })
}
