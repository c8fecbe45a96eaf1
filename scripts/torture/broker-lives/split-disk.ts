import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'

/** LMDB is not to be had without real files: its folder is on the real disk, and all else on `disk`. */
export function withRealIndex(disk: Disk, directory: string): Disk {
  const index = join(directory, 'index')
  const diskOf = (path: string) => (path.startsWith(index) ? NODE_DISK : disk)
  return {
    open: (path, mode) => diskOf(path).open(path, mode),
    stat: (path) => diskOf(path).stat(path),
    list: (path) => diskOf(path).list(path),
    makeDirectory: (path) => diskOf(path).makeDirectory(path),
    rename: (from, to) => diskOf(from).rename(from, to),
    unlink: (path) => diskOf(path).unlink(path),
    removeDirectory: (path) => diskOf(path).removeDirectory(path),
    syncDirectory: (path) => diskOf(path).syncDirectory(path),
    space: (path) => diskOf(path).space(path),
  }
}
