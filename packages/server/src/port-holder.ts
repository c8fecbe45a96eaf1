import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process that listens on a port. */
export interface PortHolder {
  readonly pid: number
  /** As it was started. */
  readonly command: string
}

/**
 * Who listens on a TCP port of this machine. Undefined where that cannot be found out: on systems without
 * /proc, and when the process is another user's.
 */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  try {
    const inodes = await listeningInodes(port)
    return inodes.size === 0 ? undefined : await processWithSocket(inodes)
  } catch {
    // It is only asked to say more about an error that is reported anyway.
    return undefined
  }
}

/**
 * Lines of /proc/net/tcp: slot, local address (hexadecimal, `address:port`), remote address, state, queues, timer,
 * retransmits, user, timeout, inode.
 */
async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>()
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'latin1')).split('\n')
    for (const line of lines) {
      const columns = line.trim().split(/\s+/)
      const [, local = '', , state, , , , , , inode = ''] = columns
      if (state === LISTENING && local.endsWith(suffix)) inodes.add(inode)
    }
  }
  return inodes
}

const LISTENING = '0A'

async function processWithSocket(inodes: ReadonlySet<string>): Promise<PortHolder | undefined> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of processes) {
    if (await holdsSocket(pid, inodes)) {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
      return { pid: Number(pid), command }
    }
  }
  return undefined
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`
  // Another user's, or gone since it was listed.
  const descriptors = await readdir(directory).catch(() => [])
  for (const descriptor of descriptors) {
    const target = await readlink(`${directory}/${descriptor}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}
