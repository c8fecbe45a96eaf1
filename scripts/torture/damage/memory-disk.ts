import { basename, dirname } from 'node:path'
import { type Disk, type DiskFile, ShortWriteError } from '@millrace/disk/disk'

/** What a disk holds: directories, and files with their bytes, by path. */
export interface FileTree {
  readonly directories: ReadonlySet<string>
  readonly files: ReadonlyMap<string, Buffer>
}

/** A disk that is nothing but a tree, so that thousands can be opened a second. It never fails. */
export class MemoryDisk implements Disk {
  readonly #directories: Set<string>
  readonly #files: Map<string, Buffer>
  /** Those whose bytes are this disk's own; others are copied when first written to. */
  readonly #own = new Set<string>()

  constructor(tree: FileTree = { directories: new Set(['/']), files: new Map() }) {
    this.#directories = new Set(tree.directories)
    this.#files = new Map(tree.files)
  }

  /** As it is now; what is written later does not show in it. */
  get tree(): FileTree {
    this.#own.clear()
    return { directories: new Set(this.#directories), files: new Map(this.#files) }
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    if (this.#directories.has(path)) throw failure('EISDIR', path)
    const isThere = this.#files.has(path)
    if (mode !== 'create' && !isThere) throw failure('ENOENT', path)
    if (mode === 'create' && isThere) throw failure('EEXIST', path)
    if (mode === 'create') {
      this.#expectDirectory(dirname(path))
      this.#files.set(path, Buffer.alloc(0))
    }
    return this.#openFile(path)
  }

  async stat(path: string) {
    const isDirectory = this.#directories.has(path)
    const bytes = this.#files.get(path)
    if (bytes === undefined && !isDirectory) return undefined
    return { size: bytes?.length ?? 0, modifiedMs: 0, isDirectory }
  }

  async list(path: string): Promise<readonly string[]> {
    this.#expectDirectory(path)
    const all = [...this.#directories, ...this.#files.keys()]
    const inside = all.filter((each) => each !== path && dirname(each) === path)
    return inside.map((each) => basename(each)).sort()
  }

  async makeDirectory(path: string): Promise<void> {
    this.#expectDirectory(dirname(path))
    if (this.#directories.has(path) || this.#files.has(path)) throw failure('EEXIST', path)
    this.#directories.add(path)
  }

  async rename(from: string, to: string): Promise<void> {
    const isDirectory = this.#directories.has(from)
    if (!isDirectory && !this.#files.has(from)) throw failure('ENOENT', from)
    for (const path of new Set(this.#directories)) {
      if (!isAtOrBelow(path, from)) continue
      this.#directories.delete(path)
      this.#directories.add(to + path.slice(from.length))
    }
    for (const [path, bytes] of new Map(this.#files)) {
      if (!isAtOrBelow(path, from)) continue
      this.#files.delete(path)
      this.#files.set(to + path.slice(from.length), bytes)
      this.#own.delete(to + path.slice(from.length))
    }
  }

  async unlink(path: string): Promise<void> {
    if (!this.#files.delete(path)) throw failure('ENOENT', path)
    this.#own.delete(path)
  }

  async removeDirectory(path: string): Promise<void> {
    if ((await this.list(path)).length > 0) throw failure('ENOTEMPTY', path)
    this.#directories.delete(path)
  }

  async syncDirectory(path: string): Promise<void> {
    this.#expectDirectory(path)
  }

  async space() {
    return { freeBytes: 2 ** 40, totalBytes: 2 ** 40 }
  }

  #openFile(path: string): DiskFile {
    return {
      path,
      read: async (position, target) => {
        const there = this.#bytesOf(path).subarray(position, position + target.length)
        target.set(there)
        return there.length
      },
      write: async (position, pieces) => this.#write(path, position, pieces),
      sync: async () => {},
      size: async () => this.#bytesOf(path).length,
      truncate: async (size) => {
        const bytes = Buffer.alloc(size)
        this.#bytesOf(path).copy(bytes)
        this.#files.set(path, bytes)
        this.#own.add(path)
      },
      close: async () => {},
    }
  }

  #write(path: string, position: number, pieces: readonly Uint8Array[]): void {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const before = this.#bytesOf(path)
    if (length > FILE_BYTES_MAX) throw new ShortWriteError(path, 0, length)
    const size = Math.max(before.length, position + length)
    const isOwn = this.#own.has(path) && before.length === size
    const bytes = isOwn ? before : Buffer.alloc(size)
    if (!isOwn) before.copy(bytes)
    let at = position
    for (const piece of pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    this.#files.set(path, bytes)
    this.#own.add(path)
  }

  #bytesOf(path: string): Buffer {
    const bytes = this.#files.get(path)
    if (bytes === undefined) throw failure('ENOENT', path)
    return bytes
  }

  #expectDirectory(path: string): void {
    if (this.#directories.has(path)) return
    throw failure(this.#files.has(path) ? 'ENOTDIR' : 'ENOENT', path)
  }
}

const FILE_BYTES_MAX = 64 * 1024 * 1024

function isAtOrBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

/** As Node has them. */
function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
