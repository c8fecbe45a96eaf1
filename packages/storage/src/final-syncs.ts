import type { Disk, DiskFile } from '@millrace/disk/disk'

/** A sync failed. Not to be repeated: the pages may be dropped, and the next sync would report success. */
class SyncFailedError extends Error {
  override readonly name = 'SyncFailedError'

  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`Syncing ${path} failed: ${reason}`, { cause })
  }
}

/** The same disk, but the error of a sync cannot be mistaken for one that may pass, whatever its code. */
export function withFinalSyncs(disk: Disk): Disk {
  return {
    open: async (path, mode) => new FinallySyncedFile(await disk.open(path, mode)),
    stat: (path) => disk.stat(path),
    list: (path) => disk.list(path),
    makeDirectory: (path) => disk.makeDirectory(path),
    rename: (from, to) => disk.rename(from, to),
    unlink: (path) => disk.unlink(path),
    removeDirectory: (path) => disk.removeDirectory(path),
    syncDirectory: (path) => disk.syncDirectory(path).catch(failedSyncOf(path)),
    space: (path) => disk.space(path),
  }
}

class FinallySyncedFile implements DiskFile {
  readonly path: string
  readonly #file: DiskFile

  constructor(file: DiskFile) {
    this.path = file.path
    this.#file = file
  }

  read(position: number, target: Uint8Array): Promise<number> {
    return this.#file.read(position, target)
  }

  write(position: number, pieces: readonly Uint8Array[]): Promise<void> {
    return this.#file.write(position, pieces)
  }

  sync(): Promise<void> {
    return this.#file.sync().catch(failedSyncOf(this.path))
  }

  size(): Promise<number> {
    return this.#file.size()
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function failedSyncOf(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new SyncFailedError(path, cause)
  }
}
