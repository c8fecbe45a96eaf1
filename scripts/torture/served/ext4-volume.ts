import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * An ext4 file system in a file, on a loop device. Whoever opens one lives in a mount namespace of his own: when he
 * ends, however he does, the mount goes with him, and the loop device with the mount.
 */
export class Ext4Volume implements AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string
  readonly #image: string

  static async make(directory: string): Promise<Ext4Volume> {
    const volume = new Ext4Volume(directory)
    await mkdir(volume.path)
    await run('truncate', ['-s', IMAGE_SIZE, volume.#image])
    await run('mkfs.ext4', ['-q', '-F', volume.#image])
    await volume.#mount()
    return volume
  }

  private constructor(directory: string) {
    this.path = join(directory, 'volume')
    this.#image = join(directory, 'volume.img')
  }

  /**
   * Everything that is not on disk is gone: pages, and what the file system's journal has not written. Nobody may use
   * the volume meanwhile: a process that still writes is told by ext4 that a sync went well after the cut.
   */
  async cutPower(): Promise<void> {
    await run('xfs_io', ['-x', '-c', 'shutdown', this.path])
    await run('umount', [this.path])
    await this.#mount()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('umount', [this.path])
  }

  async #mount(): Promise<void> {
    await run('mount', ['-o', 'loop', this.#image, this.path])
  }
}

/** Why there can be no such volume here, as a sentence. */
export async function obstacleToVolumes(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'Only root may mount a file system.'
  for (const [program, debianPackage] of PROGRAMS) {
    const isThere = await run('which', [program]).then(
      () => true,
      () => false,
    )
    if (!isThere) return `${program} is missing: on Debian, apt-get install ${debianPackage}.`
  }
  return run('unshare', [...OWN_MOUNTS, 'losetup', '--find']).then(
    () => undefined,
    (error: unknown) => `There is no loop device, or no mount namespace: ${String(error)}`,
  )
}

/** `unshare` with these, then a program, runs it in a mount namespace of its own. */
export const OWN_MOUNTS: readonly string[] = ['--mount', '--propagation', 'private']

const run = promisify(execFile)
const IMAGE_SIZE = '64M'
const PROGRAMS = [
  ['mkfs.ext4', 'e2fsprogs'],
  ['xfs_io', 'xfsprogs'],
  ['unshare', 'util-linux'],
  ['losetup', 'mount'],
] as const
