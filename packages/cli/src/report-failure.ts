import { styleText } from 'node:util'
import { LogError } from '@millrace/model/log-error'
import { CommandFailure } from './command-failure.ts'
import { EXIT, EXIT_STATUS, type ExitStatus } from './exit-status.ts'
import { Interrupted } from './interruption.ts'

/** Says on standard error what happened and what to do next. Answers with the exit status. */
export function reportFailure(error: unknown): ExitStatus {
  if (error instanceof Interrupted) return EXIT.interrupted
  if (error instanceof CommandFailure) {
    say(error.message, error.next)
    return error.status
  }
  if (error instanceof LogError) {
    say(error.message)
    return EXIT_STATUS[error.code]
  }
  if (isSystemError(error)) {
    say(
      error.message,
      SYSTEM_ERRORS[error.code] ?? 'The operating system says so; nothing was retried.',
    )
    return error.code === 'ENOENT' ? EXIT.notFound : EXIT.failure
  }
  say('This is a bug in Millrace. Please report it with what is below.')
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return EXIT.failure
}

function say(message: string, next?: string): void {
  const mark = styleText('red', 'millrace:', { stream: process.stderr })
  process.stderr.write(`${mark} ${message}\n${next === undefined ? '' : `${next}\n`}`)
}

interface SystemError extends Error {
  readonly code: string
  readonly syscall: string
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'Is the path right? Relative paths start where you stand.',
  EACCES: 'This user may not do that: look at the owner and the mode of the path.',
  EPERM: 'This user may not do that: look at the owner and the mode of the path.',
  EISDIR: 'That is a directory; a file is expected.',
  ENOTDIR: 'A directory is expected.',
  ENOSPC: 'The disk is full: make room, then run the same command again.',
  EROFS: 'The file system is mounted for reading only.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n).',
}
