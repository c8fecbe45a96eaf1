import type { ExitStatus } from './exit-status.ts'

/** A command that cannot go on: what happened, what to do next, and what the shell is told. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly status: ExitStatus
  /** What to do next: a sentence or a command to type. */
  readonly next: string

  constructor(
    status: ExitStatus,
    failure: { readonly message: string; readonly next: string; readonly cause?: unknown },
  ) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause })
    this.status = status
    this.next = failure.next
  }
}
