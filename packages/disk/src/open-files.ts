import type { Disk, DiskFile } from './disk.ts'

/**
 * A disk of which any number of files may be open, while at most `limit` are so underneath: the one not used for
 * longest is closed, and opened again when it is used. A file that is not there is noticed at its first use.
 *
 * A file with unsynced writes is given up only when nothing else can be, and synced first: were it closed before, the
 * kernel might forget that writing it back failed. Should that sync fail, every later sync of the file does too.
 */
export class OpenFiles implements Disk {
  readonly #disk: Disk
  readonly #limit: number
  /** Open, or about to be. */
  #openCount = 0
  /** Of those: about to be, and told that there is no file to be had. */
  #stuckCount = 0
  /** Open and not in use, the one not used for longest first. */
  readonly #idle = new Set<PooledFile>()
  readonly #waiting: (() => void)[] = []

  constructor(disk: Disk, limit: number) {
    this.#disk = disk
    this.#limit = limit
  }

  /** Open underneath at this moment, or about to be. */
  get openCount(): number {
    return this.#openCount
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    const file: PooledFile = { path, mode: mode === 'create' ? 'write' : mode, users: 0 }
    if (mode === 'create') {
      await this.#openHandle(file, 'create')
      this.#rest(file)
    }
    return this.#handleOf(file)
  }

  stat(path: string) {
    return this.#disk.stat(path)
  }

  list(path: string) {
    return this.#withRoom(0, () => this.#disk.list(path))
  }

  makeDirectory(path: string): Promise<void> {
    return this.#disk.makeDirectory(path)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to)
  }

  unlink(path: string): Promise<void> {
    return this.#disk.unlink(path)
  }

  removeDirectory(path: string): Promise<void> {
    return this.#disk.removeDirectory(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#withRoom(0, () => this.#disk.syncDirectory(path))
  }

  space(path: string) {
    return this.#disk.space(path)
  }

  #handleOf(file: PooledFile): DiskFile {
    return {
      path: file.path,
      read: (position, target) => this.#use(file, (handle) => handle.read(position, target)),
      write: (position, pieces) =>
        this.#use(file, (handle) => {
          file.isUnsynced = true
          return handle.write(position, pieces)
        }),
      sync: () => this.#sync(file),
      size: () => this.#use(file, (handle) => handle.size()),
      truncate: (size) =>
        this.#use(file, (handle) => {
          file.isUnsynced = true
          return handle.truncate(size)
        }),
      close: () => this.#close(file),
    }
  }

  async #sync(file: PooledFile): Promise<void> {
    // A file that was given up is synced already, or never will be.
    await file.moving
    if (file.syncFailure !== undefined) throw file.syncFailure
    if (file.isUnsynced !== true) return
    await this.#use(file, (handle) => syncHandle(file, handle))
  }

  async #close(file: PooledFile): Promise<void> {
    await file.moving
    file.isClosed = true
    if (file.handle !== undefined) await this.#closeHandle(file, file.handle)
  }

  async #use<T>(file: PooledFile, operation: (handle: DiskFile) => Promise<T>): Promise<T> {
    const handle = await this.#take(file)
    try {
      return await operation(handle)
    } finally {
      file.users--
      if (file.users === 0) this.#rest(file)
    }
  }

  /** The open file, kept open until its users are gone. */
  async #take(file: PooledFile): Promise<DiskFile> {
    for (;;) {
      if (file.isClosed === true) throw new Error(`${file.path} is closed.`)
      if (file.handle !== undefined) {
        this.#idle.delete(file)
        file.users++
        return file.handle
      }
      file.moving ??= this.#openHandle(file, file.mode).finally(() => delete file.moving)
      await file.moving
    }
  }

  #rest(file: PooledFile): void {
    if (file.handle !== undefined) this.#idle.add(file)
    this.#waiting.shift()?.()
  }

  async #openHandle(file: PooledFile, mode: 'read' | 'write' | 'create'): Promise<void> {
    while (this.#openCount >= this.#limit) {
      if (!(await this.#giveUpOne())) await this.#someRest()
    }
    this.#openCount++
    try {
      file.handle = await this.#withRoom(1, () => this.#disk.open(file.path, mode))
    } catch (error) {
      this.#openCount--
      this.#waiting.shift()?.()
      throw error
    }
  }

  /** The process, or the machine, may have fewer files to give than we were told. `ownCount`: in `#openCount`. */
  async #withRoom<T>(ownCount: number, call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call()
      } catch (error) {
        if (!isOutOfFiles(error)) throw error
        if (await this.#giveUpOne()) continue
        // Somebody else has a file open, in use, and will be done with it; if nobody has, there are none.
        if (this.#openCount === this.#stuckCount + ownCount) throw error
        this.#stuckCount += ownCount
        await this.#someRest()
        this.#stuckCount -= ownCount
      }
    }
  }

  /** Until a file is no longer in use, or was closed. */
  #someRest(): Promise<void> {
    return new Promise((go) => this.#waiting.push(go))
  }

  /** False when every file is in use. */
  async #giveUpOne(): Promise<boolean> {
    const file = this.#leastWanted()
    const handle = file?.handle
    if (file === undefined || handle === undefined) return false
    this.#idle.delete(file)
    delete file.handle
    file.moving = this.#giveUp(file, handle).finally(() => delete file.moving)
    await file.moving
    return true
  }

  #leastWanted(): PooledFile | undefined {
    let newest: PooledFile | undefined
    for (const file of this.#idle) {
      if (file.isUnsynced !== true) return file
      newest = file
    }
    // Of unsynced files, the one used last: they are written in turns, and its turn is furthest away.
    return newest
  }

  async #giveUp(file: PooledFile, handle: DiskFile): Promise<void> {
    if (file.isUnsynced === true) {
      await syncHandle(file, handle).catch(() => {
        // `syncFailure` says so to whoever syncs the file.
      })
    }
    await this.#closeHandle(file, handle)
  }

  async #closeHandle(file: PooledFile, handle: DiskFile): Promise<void> {
    this.#idle.delete(file)
    delete file.handle
    try {
      await handle.close()
    } finally {
      this.#openCount--
      this.#waiting.shift()?.()
    }
  }
}

interface PooledFile {
  readonly path: string
  readonly mode: 'read' | 'write'
  handle?: DiskFile
  /** Operations under way. */
  users: number
  /** Being opened, or being given up. */
  moving?: Promise<void>
  isUnsynced?: boolean
  syncFailure?: Error
  isClosed?: boolean
}

async function syncHandle(file: PooledFile, handle: DiskFile): Promise<void> {
  // First: what is written while this sync runs needs another.
  file.isUnsynced = false
  try {
    await handle.sync()
  } catch (error) {
    file.syncFailure =
      error instanceof Error ? error : new Error('The sync failed.', { cause: error })
    throw file.syncFailure
  }
}

function isOutOfFiles(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EMFILE' || error.code === 'ENFILE')
  )
}
