import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A line of the log of an OpenSSH server. */
export interface SshLine {
  /** Its place in the log, from 1. */
  readonly number: number
  /** What `sshd[NNNNN]` says: lines of one session belong together, and lie between those of others. */
  readonly session: string
  readonly text: string
}

/** The log of a real machine; not part of the repository. */
const LOG = fileURLToPath(new URL('../../../shared/data/OpenSSH_2k.log', import.meta.url))

export const SSH_LOG_IS_HERE = existsSync(LOG)

export function readSshLog(): readonly SshLine[] {
  const texts = readFileSync(LOG, 'latin1').split('\n')
  if (texts.at(-1) === '') texts.pop()
  return texts.map((text, index) => {
    const session = /sshd\[(\d+)\]/.exec(text)?.[1]
    if (session === undefined) throw new Error(`Line ${index + 1} is of no session: ${text}`)
    return { number: index + 1, session, text }
  })
}
