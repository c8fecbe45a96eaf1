import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { withRealIndex } from '../broker-lives/split-disk.ts'

/** A disk of a few MiB that others fill, too. */
export interface SmallDisk extends AsyncDisposable {
  readonly disk: Disk
  /** Where a store can be made. */
  readonly directory: string
  /** Takes all room but this. */
  readonly fill: (leftBytes: number) => Promise<void>
  /** Gives back what `fill` took. */
  readonly empty: () => Promise<void>
}

/** A file system of its own where this process may mount one, else one in memory. */
export async function makeSmallDisk(directory: string, bytes: number): Promise<SmallDisk> {
  return process.getuid?.() === 0 ? mountSmallDisk(directory, bytes) : simulate(directory, bytes)
}

async function mountSmallDisk(directory: string, bytes: number): Promise<SmallDisk> {
  const mount = join(directory, 'small')
  await mkdir(mount)
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', mount])
  // It takes the mount away when its input ends: also when this process is killed. At once, though a store that failed
  // may still have files open there.
  const guard = spawn('sh', ['-c', 'read -r line; umount --lazy "$1"', 'sh', mount], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  const filling = join(mount, 'filling')
  return {
    disk: NODE_DISK,
    directory: join(mount, 'data'),
    fill: async (leftBytes) => {
      await using file = await open(filling, 'w')
      const { bavail, bsize } = await statfs(mount)
      await file.write(Buffer.alloc(Math.max(bavail * bsize - leftBytes, 0)))
    },
    empty: () => rm(filling, { force: true }),
    [Symbol.asyncDispose]: async () => {
      guard.stdin.end()
      await once(guard, 'close')
    },
  }
}

/** All but LMDB's files. */
function simulate(directory: string, bytes: number): SmallDisk {
  const disk = new CrashingDisk({ seed: 1, directory, capacityBytes: bytes })
  return {
    disk: withRealIndex(disk, directory),
    directory,
    fill: async (leftBytes) => {
      const { freeBytes, totalBytes } = await disk.space()
      disk.setCapacity(Math.max(totalBytes - freeBytes + leftBytes, 0))
    },
    empty: async () => disk.setCapacity(bytes),
    [Symbol.asyncDispose]: async () => {},
  }
}

const run = promisify(execFile)
