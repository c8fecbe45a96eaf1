import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { statfsSync } from 'node:fs'

/** What the figures were measured on, in a line. */
export function describeMachine(directory: string): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`,
    `${memory} GiB of memory`,
    `${type()} ${release()}`,
    FILE_SYSTEMS.get(statfsSync(directory).type) ?? 'another file system',
    `Node ${process.versions.node}`,
  ].join(', ')
}

/** The commit that was measured; `+` when files were changed since, but for the documents that hold the results. */
export function describeCommit(): string {
  try {
    const commit = git('rev-parse', '--short', 'HEAD')
    return git('status', '--porcelain', '--untracked-files=no', '--', ...MEASURED) === ''
      ? commit
      : `${commit}+`
  } catch {
    // Not a clone.
    return 'unknown'
  }
}

const MEASURED = [':/', ':(top,exclude)docs']

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: import.meta.dirname, stdio: 'pipe' })
    .toString()
    .trim()
}

/** By the magic numbers of statfs(2). */
const FILE_SYSTEMS = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'XFS'],
  [0x9123683e, 'Btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlayfs'],
])
