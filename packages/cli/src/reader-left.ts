import { EXIT } from './exit-status.ts'

/** `millrace consume t | head` has all it wants when head leaves: the program ends, and that is success. */
export function endQuietlyWhenReaderLeaves(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (controller.signal.aborted) return
      if (error.code !== 'EPIPE') throw error
      if (!isAwaited) process.exit(EXIT.ok)
      controller.abort(error)
    })
  }
}

/** Aborted when nobody reads any more: for a command that has something to put in order, and then ends by itself. */
export function readerLeft(): AbortSignal {
  isAwaited = true
  return controller.signal
}

const controller = new AbortController()
let isAwaited = false
