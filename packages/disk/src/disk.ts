/**
 * The file-system calls that Millrace makes, and no others: a test can fail, shorten or reorder any of them.
 * Errors are Node's, with `code` (`ENOSPC`, `EIO`, `EMFILE`, …). Nothing here retries.
 */
export interface Disk {
  /** `read`: must exist. `write`: must exist. `create`: must not exist. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile>
  /** Undefined when there is nothing at that path. */
  stat(path: string): Promise<DiskStat | undefined>
  /** Names, sorted. */
  list(path: string): Promise<readonly string[]>
  makeDirectory(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Must be empty. */
  removeDirectory(path: string): Promise<void>
  /** Makes what was created, renamed or removed in this directory survive a power cut. */
  syncDirectory(path: string): Promise<void>
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
}

export interface DiskStat {
  readonly size: number
  readonly modifiedMs: number
  readonly isDirectory: boolean
}

/** One open file. Whoever opens it closes it. Never two writes of overlapping ranges at once. */
export interface DiskFile {
  readonly path: string
  /** Fills `target` from `position`; answers how much there was before the file ended. */
  read(position: number, target: Uint8Array): Promise<number>
  /** All of `pieces`, one after the other. A short count is thrown as ShortWriteError. */
  write(position: number, pieces: readonly Uint8Array[]): Promise<void>
  /** fdatasync: the bytes, and the length when it changed. */
  sync(): Promise<void>
  size(): Promise<number>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** The kernel took less than it was given, and did not say why: the disk is full, or a limit was met. */
export class ShortWriteError extends Error {
  override readonly name = 'ShortWriteError'
  readonly code = 'ENOSPC'
  readonly bytesWritten: number

  constructor(path: string, bytesWritten: number, bytesWanted: number) {
    super(`${path}: ${bytesWritten} of ${bytesWanted} bytes were written.`)
    this.bytesWritten = bytesWritten
  }
}
