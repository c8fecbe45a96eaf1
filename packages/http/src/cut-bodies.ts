import type { Socket } from 'node:net'
import type { LogError } from '@millrace/model/log-error'

/**
 * Bodies being read, by connection. When Node's parser gives up on a connection half-way through a body (it
 * is cut off, or its chunks are garbled), the reader hears of it here, so that it can still say what was
 * appended while the other side listens.
 */
export class CutBodies {
  readonly #readers = new WeakMap<Socket, (reason: LogError) => void>()
  readonly #cut = new WeakSet<Socket>()

  onCut(socket: Socket, tell: (reason: LogError) => void): void {
    this.#readers.set(socket, tell)
  }

  forget(socket: Socket): void {
    this.#readers.delete(socket)
  }

  /** Was there a reader to tell? */
  cut(socket: Socket, reason: LogError): boolean {
    const tell = this.#readers.get(socket)
    if (tell === undefined) return false
    this.#cut.add(socket)
    tell(reason)
    return true
  }

  /** Nothing more can be read from this connection; after the answer it is to be closed. */
  isCut(socket: Socket): boolean {
    return this.#cut.has(socket)
  }
}
