import fs from 'node:fs'
import { type Disk, type DiskFile, ShortWriteError } from './disk.ts'

/**
 * The disk of this machine. Callbacks on file descriptors rather than FileHandles: 4 KiB written and
 * synced took 0.24 ms instead of 0.28 ms.
 */
export const NODE_DISK: Disk = {
  async open(path, mode) {
    const descriptor = await settle<number>((done) => fs.open(path, FLAGS[mode], FILE_MODE, done))
    return new NodeFile(path, descriptor)
  },

  async stat(path) {
    try {
      const found = await settle<fs.Stats>((done) => fs.stat(path, done))
      return {
        size: found.size,
        modifiedMs: found.mtimeMs,
        isDirectory: found.isDirectory(),
      }
    } catch (error) {
      if (isNothingThere(error)) return undefined
      throw error
    }
  },

  async list(path) {
    const names = await settle<string[]>((done) => fs.readdir(path, done))
    return names.sort()
  },

  makeDirectory: (path) => settle<void>((done) => fs.mkdir(path, DIRECTORY_MODE, done)),
  rename: (from, to) => settle<void>((done) => fs.rename(from, to, done)),
  unlink: (path) => settle<void>((done) => fs.unlink(path, done)),
  removeDirectory: (path) => settle<void>((done) => fs.rmdir(path, done)),

  async syncDirectory(path) {
    const descriptor = await settle<number>((done) => fs.open(path, 'r', done))
    try {
      await settle<void>((done) => fs.fsync(descriptor, done))
    } finally {
      await settle<void>((done) => fs.close(descriptor, done))
    }
  },

  async space(path) {
    const found = await settle<fs.StatsFs>((done) => fs.statfs(path, done))
    return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize }
  },
}

const FLAGS = { read: 'r', write: 'r+', create: 'wx+' } as const
/** Records are their owner's alone. */
const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700

class NodeFile implements DiskFile {
  readonly path: string
  /** Undefined once closed: the kernel gives the number to the next file that anybody opens. */
  #descriptor: number | undefined

  constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  async read(position: number, target: Uint8Array): Promise<number> {
    const descriptor = this.#open()
    let filled = 0
    while (filled < target.length) {
      const from = filled
      const count = await settle<number>((done) =>
        fs.read(descriptor, target, from, target.length - from, position + from, done),
      )
      if (count === 0) break
      filled += count
    }
    return filled
  }

  async write(position: number, pieces: readonly Uint8Array[]): Promise<void> {
    const descriptor = this.#open()
    let wanted = 0
    for (const piece of pieces) wanted += piece.length
    if (wanted === 0) return
    const [first] = pieces
    const written = await settle<number>((done) =>
      pieces.length === 1 && first !== undefined
        ? fs.write(descriptor, first, 0, first.length, position, done)
        : fs.writev(descriptor, pieces, position, done),
    )
    // libuv retries within one call and, when the disk fills midway, answers with a count and no error.
    if (written !== wanted) throw new ShortWriteError(this.path, written, wanted)
  }

  async sync(): Promise<void> {
    const descriptor = this.#open()
    await settle<void>((done) => fs.fdatasync(descriptor, done))
  }

  async size(): Promise<number> {
    const descriptor = this.#open()
    const found = await settle<fs.Stats>((done) => fs.fstat(descriptor, done))
    return found.size
  }

  async truncate(size: number): Promise<void> {
    const descriptor = this.#open()
    await settle<void>((done) => fs.ftruncate(descriptor, size, done))
  }

  async close(): Promise<void> {
    const descriptor = this.#open()
    this.#descriptor = undefined
    await settle<void>((done) => fs.close(descriptor, done))
  }

  #open(): number {
    if (this.#descriptor === undefined) throw new Error(`${this.path} is closed.`)
    return this.#descriptor
  }
}

type Done<T> = (error: NodeJS.ErrnoException | null, result: T) => void

/** One callback call of `node:fs` as a promise. */
function settle<T>(call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)))
  })
}

function isNothingThere(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  )
}
