import { constants } from 'node:os'

/**
 * Aborted at the first SIGINT or SIGTERM, so that a command can finish in order and say how far it came.
 * A second one ends the process at once.
 */
export function interruption(): AbortSignal {
  controller ??= listen()
  return controller.signal
}

let controller: AbortController | undefined

function listen(): AbortController {
  const aborter = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (aborter.signal.aborted) process.exit(128 + constants.signals[name])
      aborter.abort(new Interrupted(name))
    })
  }
  return aborter
}

/** The user asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'AbortError'

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`)
  }
}
