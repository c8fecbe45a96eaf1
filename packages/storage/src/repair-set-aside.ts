import { basename, dirname, join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { readWholeFile, replaceFileDurably } from '@millrace/log/whole-file'
import { makeDirectories } from './data-directory.ts'
import { copyBytes } from './copy-bytes.ts'

/**
 * Copies of what a repair takes away, each synced: `<directory>/<its directory>/<file name>.<from>-<to>`. Doing the
 * same again copies the same to the same place; nothing that is there is ever replaced by something else.
 */
export class SetAside {
  readonly #disk: Disk
  readonly #directory: string
  readonly #paths: string[] = []

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  get paths(): readonly string[] {
    return this.#paths
  }

  /** Bytes of a file; nothing when `length` is 0. */
  async keep(path: string, position: number, length: number): Promise<void> {
    const size = (await this.#disk.stat(path))?.size ?? 0
    const end = Math.min(position + length, size)
    if (end <= position) return
    const place = join(this.#directory, basename(dirname(path)))
    await makeDirectories(this.#disk, place)
    const name = `${basename(path)}.${position}-${end}`
    const unfinished = join(place, `${name}.tmp`)
    if ((await this.#disk.stat(unfinished)) !== undefined) await this.#disk.unlink(unfinished)
    const source = await this.#disk.open(path, 'read')
    try {
      const target = await this.#disk.open(unfinished, 'create')
      try {
        await copyBytes(source, target, { position, length: end - position, to: 0 })
        await target.sync()
      } finally {
        await target.close()
      }
    } finally {
      await source.close()
    }
    await this.#settle(unfinished, join(place, name))
  }

  async keepBytes(name: string, bytes: Uint8Array): Promise<void> {
    await makeDirectories(this.#disk, this.#directory)
    const path = join(this.#directory, name)
    await replaceFileDurably(this.#disk, path, bytes)
    this.#paths.push(path)
  }

  /** Gives the copy its name, or a number after it when something else has that. */
  async #settle(unfinished: string, wanted: string): Promise<void> {
    let path = wanted
    for (let number = 2; (await this.#disk.stat(path)) !== undefined; number++) {
      if (await isSame(this.#disk, unfinished, path)) {
        await this.#disk.unlink(unfinished)
        this.#paths.push(path)
        return
      }
      path = `${wanted}.${number}`
    }
    await this.#disk.rename(unfinished, path)
    await this.#disk.syncDirectory(dirname(path))
    this.#paths.push(path)
  }
}

async function isSame(disk: Disk, left: string, right: string): Promise<boolean> {
  const sizes = [(await disk.stat(left))?.size, (await disk.stat(right))?.size]
  if (sizes[0] !== sizes[1]) return false
  const bytes = [await readWholeFile(disk, left), await readWholeFile(disk, right)]
  return Buffer.from(bytes[0] ?? []).equals(Buffer.from(bytes[1] ?? []))
}
