/**
 * A disk in memory that loses power. What was not synced is kept, lost, kept in part or out of order, as a seed
 * decides; the same seed and the same calls give the same outcome.
 *
 *     const disk = new CrashingDisk({ seed, directory: '/data' })
 *     disk.cutPowerAtCall(17)                 // that call may still happen; it and all later ones reject
 *     await workload(disk).catch(() => {})    // with PowerCutError
 *     const found = disk.afterPowerCut()      // a new disk, as the next boot finds it
 *                                             // or disk.kill(), for `kill -9`: the page cache outlives that
 *
 * What survives a power cut
 *   - of a file: what a sync made durable, and of each 4 KiB page written since: the page as it was, as it is, as it
 *     was in between, or 512-byte sectors of two of those. Of its lengths since then: any;
 *   - of a directory: its changes since its last sync up to some point; each whole or not at all;
 *   - a file that was synced, in a directory that was not, may be nowhere.
 *
 * A failed sync (`failSyncOf`) marks pages clean that are not on the platter: they read well until the next cut, and
 * syncing again does not help. With `spoils`, a page with an unfinished write may come back as zeros or garbage.
 */
import { basename, dirname } from 'node:path'
import { type Disk, type DiskFile, type DiskStat, ShortWriteError } from '@millrace/disk/disk'
import { CrashingDirectory, type CrashingNode } from './crashing-directory.ts'
import { CrashingFile } from './crashing-file.ts'
import { type SeededRandom, seededRandom } from './seeded-random.ts'

export interface CrashingDiskOptions {
  readonly seed: number
  /** There from the start, and durable. */
  readonly directory: string
  /** By file name; left out: none does. */
  readonly spoils?: (name: string) => boolean
  /** Left out: it never fills. */
  readonly capacityBytes?: number
}

/** The machine is gone: nothing that comes back from here matters any more. */
export class PowerCutError extends Error {
  override readonly name = 'PowerCutError'
  readonly code = 'EIO'
}

export class CrashingDisk implements Disk {
  readonly #options: CrashingDiskOptions
  readonly #random: SeededRandom
  #root: CrashingDirectory
  #calls = 0
  #cutAtCall = Infinity
  #isOff = false
  #isSucceeded = false
  #capacityBytes: number
  #failSyncOf: ((path: string) => boolean) | undefined

  constructor(options: CrashingDiskOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#capacityBytes = options.capacityBytes ?? Infinity
    this.#root = new CrashingDirectory()
    let parent = this.#root
    for (const name of namesOf(options.directory)) {
      const directory = new CrashingDirectory()
      parent.change([{ directory: parent, name, node: directory }])
      parent.sync()
      parent = directory
    }
  }

  /** Calls so far, of every kind. */
  get calls(): number {
    return this.#calls
  }

  /** That call, counted from 1, and every later one rejects with PowerCutError. */
  cutPowerAtCall(call: number): void {
    this.#cutAtCall = call
  }

  /** The next sync of a file that `matches` fails with EIO, once. */
  failSyncOf(matches: (path: string) => boolean): void {
    this.#failSyncOf = matches
  }

  /** Room is made, or taken away. */
  setCapacity(bytes: number): void {
    this.#capacityBytes = bytes
  }

  /** What the next boot finds. This disk is off from now on. */
  afterPowerCut(): CrashingDisk {
    const found = this.#successor()
    this.#root.settle(this.#random)
    found.#root = this.#root.afterPowerCut(this.#random, (file, name) =>
      file.afterPowerCut(this.#random, this.#options.spoils?.(name) ?? false),
    )
    return found
  }

  /** What the next process finds after `kill -9`: all that was written, as unsynced as before. */
  kill(): CrashingDisk {
    const found = this.#successor()
    found.#root = this.#root
    return found
  }

  open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    return this.#call(() => {
      const { parent, name } = this.#locate(path)
      const found = parent.get(name)
      if (found instanceof CrashingDirectory) throw failure('EISDIR', path)
      if (mode !== 'create' && found === undefined) throw failure('ENOENT', path)
      if (mode === 'create' && found !== undefined) throw failure('EEXIST', path)
      const file = found ?? new CrashingFile()
      if (found === undefined) parent.change([{ directory: parent, name, node: file }])
      return this.#openFile(path, file, mode)
    })
  }

  stat(path: string): Promise<DiskStat | undefined> {
    return this.#call(() => {
      const node = this.#find(path)
      if (node === undefined) return undefined
      const isDirectory = node instanceof CrashingDirectory
      return { size: isDirectory ? 0 : node.size, modifiedMs: 0, isDirectory }
    })
  }

  list(path: string): Promise<readonly string[]> {
    return this.#call(() => this.#directory(path).names)
  }

  makeDirectory(path: string): Promise<void> {
    return this.#call(() => {
      const { parent, name } = this.#locate(path)
      if (parent.get(name) !== undefined) throw failure('EEXIST', path)
      parent.change([{ directory: parent, name, node: new CrashingDirectory() }])
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(() => {
      const source = this.#locate(from)
      const target = this.#locate(to)
      const node = source.parent.get(source.name)
      const replaced = target.parent.get(target.name)
      if (node === undefined) throw failure('ENOENT', from)
      if (replaced instanceof CrashingDirectory && replaced.names.length > 0) {
        throw failure('ENOTEMPTY', to)
      }
      target.parent.change([
        { directory: source.parent, name: source.name, node: undefined },
        { directory: target.parent, name: target.name, node },
      ])
    })
  }

  unlink(path: string): Promise<void> {
    return this.#call(() => {
      const { parent, name } = this.#locate(path)
      if (!(parent.get(name) instanceof CrashingFile)) throw failure('ENOENT', path)
      parent.change([{ directory: parent, name, node: undefined }])
    })
  }

  removeDirectory(path: string): Promise<void> {
    return this.#call(() => {
      const { parent, name } = this.#locate(path)
      if (this.#directory(path).names.length > 0) throw failure('ENOTEMPTY', path)
      parent.change([{ directory: parent, name, node: undefined }])
    })
  }

  syncDirectory(path: string): Promise<void> {
    return this.#call(() => this.#directory(path).sync())
  }

  space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    return this.#call(() => {
      const freeBytes = Math.max(0, this.#capacityBytes - allocatedBytes(this.#root))
      return { freeBytes, totalBytes: this.#capacityBytes }
    })
  }

  #openFile(path: string, file: CrashingFile, mode: 'read' | 'write' | 'create'): DiskFile {
    let isOpen = true
    const call = <T>(effect: () => T): Promise<T> => {
      if (!isOpen) throw failure('EBADF', path)
      return this.#call(effect)
    }
    const change = (effect: () => void): Promise<void> => {
      if (mode === 'read') throw failure('EBADF', path)
      return call(effect)
    }
    return {
      path,
      read: async (position, target) => call(() => file.read(position, target)),
      write: async (position, pieces) =>
        change(() => this.#write(path, file, position, Buffer.concat(pieces))),
      sync: async () => this.#sync(path, file, await call(() => file.beginSync())),
      size: async () => call(() => file.size),
      truncate: async (size) => change(() => file.truncate(size)),
      close: async () => {
        await call(() => {})
        isOpen = false
      },
    }
  }

  #write(path: string, file: CrashingFile, position: number, bytes: Buffer): void {
    let fitting = bytes.length
    if (this.#capacityBytes !== Infinity) {
      const free = this.#capacityBytes - allocatedBytes(this.#root)
      while (fitting > 0 && file.newBytes(position, fitting) > free) {
        fitting = Math.floor(fitting / 2)
      }
    }
    file.write(position, bytes.subarray(0, fitting))
    if (fitting < bytes.length) throw new ShortWriteError(path, fitting, bytes.length)
  }

  async #sync(path: string, file: CrashingFile, finish: () => void): Promise<void> {
    // Others go on meanwhile: what they write is not part of this sync.
    for (let turn = this.#random.below(8); turn > 0; turn--) await Promise.resolve()
    if (this.#isOff) {
      if (!this.#isSucceeded && this.#random.chance(50)) finish()
      throw new PowerCutError('The power went during a sync.')
    }
    if (this.#failSyncOf?.(path) === true) {
      this.#failSyncOf = undefined
      file.failSync(this.#random)
      throw failure('EIO', path)
    }
    finish()
  }

  async #call<T>(effect: () => T): Promise<T> {
    if (this.#isOff) throw new PowerCutError('The power is off.')
    this.#calls++
    const isLast = this.#calls >= this.#cutAtCall
    for (let turn = this.#random.below(3); turn > 0; turn--) await Promise.resolve()
    if (!this.#isOff && !isLast) return effect()
    this.#isOff = true
    // What was under way when the power went may have happened, unless somebody has looked already.
    if (!this.#isSucceeded && this.#random.chance(50)) effect()
    throw new PowerCutError('The power went.')
  }

  #successor(): CrashingDisk {
    this.#isOff = true
    this.#isSucceeded = true
    const successor = new CrashingDisk({ ...this.#options, seed: this.#random.below(2 ** 32) })
    successor.#capacityBytes = this.#capacityBytes
    return successor
  }

  #find(path: string): CrashingNode | undefined {
    let node: CrashingNode | undefined = this.#root
    for (const name of namesOf(path)) {
      node = node instanceof CrashingDirectory ? node.get(name) : undefined
    }
    return node
  }

  #directory(path: string): CrashingDirectory {
    const node = this.#find(path)
    if (node instanceof CrashingDirectory) return node
    throw failure(node === undefined ? 'ENOENT' : 'ENOTDIR', path)
  }

  #locate(path: string): { readonly parent: CrashingDirectory; readonly name: string } {
    return { parent: this.#directory(dirname(path)), name: basename(path) }
  }
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

function allocatedBytes(directory: CrashingDirectory): number {
  let bytes = 0
  for (const name of directory.names) {
    const node = directory.get(name)
    if (node instanceof CrashingDirectory) bytes += allocatedBytes(node)
    else bytes += node?.allocatedBytes ?? 0
  }
  return bytes
}

/** As Node has them. */
function failure(code: string, path: string): Error & { readonly code: string } {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
