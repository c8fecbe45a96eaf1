import { type Disk, type DiskFile, ShortWriteError } from '@millrace/disk/disk'

/** One call that was made of a disk. */
export interface DiskCall {
  readonly operation: DiskOperation
  /** Of `rename`: where from. */
  readonly path: string
  /** Of `read` and `write`. */
  readonly position: number
  readonly bytes: number
  /** Counted from 1, over all calls. */
  readonly number: number
}

export type DiskOperation =
  | 'open'
  | 'stat'
  | 'list'
  | 'makeDirectory'
  | 'rename'
  | 'unlink'
  | 'removeDirectory'
  | 'syncDirectory'
  | 'space'
  | 'read'
  | 'write'
  | 'sync'
  | 'size'
  | 'truncate'
  | 'close'

export type Fault =
  /** The call is not made; it rejects with this `code`. */
  | { readonly kind: 'error'; readonly code: string }
  /** A write: only so many bytes are written. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** The call is made when this has resolved. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }

/**
 * A disk that passes every call on to another and lets a test look at each, fail it, shorten it or hold it back:
 * `decide` is asked before the call is made.
 */
export class FaultyDisk implements Disk {
  readonly #disk: Disk
  readonly #decide: (call: DiskCall) => Fault | undefined
  #calls = 0

  constructor(disk: Disk, decide: (call: DiskCall) => Fault | undefined) {
    this.#disk = disk
    this.#decide = decide
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    await this.#pass('open', path)
    return this.#wrap(await this.#disk.open(path, mode))
  }

  async stat(path: string) {
    await this.#pass('stat', path)
    return this.#disk.stat(path)
  }

  async list(path: string) {
    await this.#pass('list', path)
    return this.#disk.list(path)
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#pass('makeDirectory', path)
    await this.#disk.makeDirectory(path)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#pass('rename', from)
    await this.#disk.rename(from, to)
  }

  async unlink(path: string): Promise<void> {
    await this.#pass('unlink', path)
    await this.#disk.unlink(path)
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#pass('removeDirectory', path)
    await this.#disk.removeDirectory(path)
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#pass('syncDirectory', path)
    await this.#disk.syncDirectory(path)
  }

  async space(path: string) {
    await this.#pass('space', path)
    return this.#disk.space(path)
  }

  #wrap(file: DiskFile): DiskFile {
    const { path } = file
    return {
      path,
      read: async (position, target) => {
        await this.#pass('read', path, { position, bytes: target.length })
        return file.read(position, target)
      },
      write: async (position, pieces) => {
        const bytes = Buffer.concat(pieces)
        const short = await this.#pass('write', path, { position, bytes: bytes.length })
        if (short === undefined) return file.write(position, pieces)
        await file.write(position, [bytes.subarray(0, short)])
        throw new ShortWriteError(path, short, bytes.length)
      },
      sync: async () => {
        await this.#pass('sync', path)
        await file.sync()
      },
      size: async () => {
        await this.#pass('size', path)
        return file.size()
      },
      truncate: async (size) => {
        await this.#pass('truncate', path, { position: size, bytes: 0 })
        await file.truncate(size)
      },
      close: async () => {
        await this.#pass('close', path)
        await file.close()
      },
    }
  }

  /** Answers how many bytes a write is cut to; undefined when it is not. */
  async #pass(
    operation: DiskOperation,
    path: string,
    range: { readonly position: number; readonly bytes: number } = { position: 0, bytes: 0 },
  ): Promise<number | undefined> {
    this.#calls++
    const fault = this.#decide({ operation, path, ...range, number: this.#calls })
    switch (fault?.kind) {
      case undefined:
        return undefined
      case 'error':
        throw Object.assign(new Error(`${fault.code}: ${operation} ${path}`), { code: fault.code })
      case 'short':
        return Math.min(fault.bytes, range.bytes)
      case 'hold':
        await fault.until
        return undefined
    }
  }
}
