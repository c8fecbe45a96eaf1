/**
 * The files that the journal lies in: `<slot>.journal`, numbered from 0, all written full of zeros and synced
 * before they are used, so that a later sync writes data and no metadata. Never renamed, cut or removed.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Disk, DiskFile } from '@millrace/disk/disk'

export interface JournalPlace {
  readonly slot: number
  /** A byte's place in the slot. */
  readonly position: number
}

export class Slots {
  readonly directory: string
  readonly #disk: Disk
  /** Undefined: the file is gone, though a later one is there. Then its size is 0. */
  readonly #files: (DiskFile | undefined)[]
  readonly #sizes: number[]

  /** Opens what is there. `read` changes nothing; `write` also removes a slot whose making was cut short. */
  static async open(disk: Disk, directory: string, mode: 'read' | 'write'): Promise<Slots> {
    const slots = new Slots(disk, directory)
    try {
      const names = await disk.list(directory)
      const last = Math.max(-1, ...names.map(slotOf))
      for (let slot = 0; slot <= last; slot++) {
        const isThere = names.includes(slotName(slot))
        const file = isThere ? await disk.open(slots.path(slot), mode) : undefined
        slots.#files.push(file)
        slots.#sizes.push((await file?.size()) ?? 0)
      }
      for (const name of names) {
        if (mode === 'write' && name.endsWith(UNFINISHED)) await disk.unlink(join(directory, name))
      }
    } catch (cause) {
      await slots.close()
      throw cause
    }
    return slots
  }

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.directory = directory
    this.#files = []
    this.#sizes = []
  }

  get count(): number {
    return this.#files.length
  }

  /** Slots that are gone, though a later one is there: what they had is lost. Their size is 0. */
  get missing(): readonly number[] {
    return [...this.#files.keys()].filter((slot) => this.#files[slot] === undefined)
  }

  get sizes(): readonly number[] {
    return [...this.#sizes]
  }

  size(slot: number): number {
    const size = this.#sizes[slot]
    assert(size !== undefined)
    return size
  }

  path(slot: number): string {
    return join(this.directory, slotName(slot))
  }

  /**
   * Makes the first slot that is missing, else the next. It counts only once every step is synced; cut short, the
   * next open begins again.
   */
  async make(size: number): Promise<void> {
    const slot = this.missing[0] ?? this.#files.length
    const path = this.path(slot)
    const unfinished = path + UNFINISHED
    if ((await this.#disk.stat(unfinished)) !== undefined) await this.#disk.unlink(unfinished)
    const file = await this.#disk.open(unfinished, 'create')
    try {
      for (let position = 0; position < size; position += ZEROS.length) {
        await file.write(position, [ZEROS.subarray(0, size - position)])
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#disk.rename(unfinished, path)
    await this.#disk.syncDirectory(this.directory)
    this.#files[slot] = await this.#disk.open(path, 'write')
    this.#sizes[slot] = size
  }

  file(slot: number): DiskFile {
    const file = this.#files[slot]
    assert(file !== undefined)
    return file
  }

  /** As much of `[position, position + length)` as the slot has. */
  async read(slot: number, position: number, length: number): Promise<Uint8Array> {
    if (position >= this.size(slot)) return new Uint8Array(0)
    const target = Buffer.allocUnsafeSlow(Math.min(length, this.size(slot) - position))
    const count = await this.file(slot).read(position, target)
    return target.subarray(0, count)
  }

  /** Also their names: the life that made one may have ended before it synced the directory. */
  async sync(): Promise<void> {
    for (const file of this.#files) await file?.sync()
    await this.#disk.syncDirectory(this.directory)
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file?.close()
  }
}

function slotName(slot: number): string {
  return `${slot}.journal`
}

/** -1: the file is no slot. */
function slotOf(name: string): number {
  return Number(SLOT_NAME.exec(name)?.[1] ?? -1)
}

/** A journal has 256 slots at most. */
const SLOT_NAME = /^(0|[1-9][0-9]{0,2})\.journal$/

const UNFINISHED = '.tmp'
const ZEROS = new Uint8Array(1024 * 1024)
