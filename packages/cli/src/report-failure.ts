import { getSystemErrorMessage, styleText } from 'node:util'
import { ShortWriteError } from '@millrace/disk/disk'
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
  if (error instanceof ShortWriteError) {
    say(error.message, NEXT_STEPS[error.code])
    return EXIT.unavailable
  }
  if (isSystemError(error)) {
    // Whoever read what is printed has enough.
    if (error.code === 'EPIPE') return EXIT.ok
    say(sentenceOf(error), nextStepAfter(error))
    return STATUS[error.code] ?? EXIT.failure
  }
  if (error instanceof Error && isSystemError(error.cause)) {
    // Somebody has said already what failed.
    say(error.message, nextStepAfter(error.cause))
    return STATUS[error.cause.code] ?? EXIT.failure
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
  readonly errno: number
  readonly path?: string
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error && 'errno' in error
}

/** Node begins with the code: what it is about says more. */
function sentenceOf({ code, errno, message, path, syscall }: SystemError): string {
  if (path === undefined) return message
  return `${path}: ${getSystemErrorMessage(errno)} (${syscall}: ${code}).`
}

function nextStepAfter({ code, syscall }: SystemError): string {
  const step = NEXT_STEPS[`${syscall} ${code}`] ?? NEXT_STEPS[code]
  return step ?? 'The operating system says so; nothing was retried.'
}

const STATUS: Readonly<Record<string, ExitStatus>> = {
  ENOENT: EXIT.notFound,
  ENOSPC: EXIT.unavailable,
  EDQUOT: EXIT.unavailable,
  EIO: EXIT.unavailable,
}

/** By code, or by call and code. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  ENOENT: 'Is the path right? Relative paths start where you stand.',
  EACCES: 'This user may not do that: look at the owner and the mode of the path.',
  EPERM: 'This user may not do that: look at the owner and the mode of the path.',
  EISDIR: 'That is a directory; a file is expected.',
  ENOTDIR: 'A directory is expected, and that is a file: name another path.',
  ENOSPC: 'The disk is full: make room, then run the same command again.',
  EDQUOT: 'The quota of this user is used up: make room, then run the same command again.',
  EROFS: 'The file system is mounted for reading only: mount it for writing, or name another path.',
  EIO: 'The disk failed. What the kernel has seen of it: dmesg',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n).',
  'listen EACCES': 'Ports below 1024 are for privileged users: take another one.',
  'listen EADDRNOTAVAIL': 'This machine does not have that address: name one of its own.',
}
