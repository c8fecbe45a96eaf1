import { basename, dirname } from 'node:path'
import type { Disk, DiskFile, DiskStat } from '@millrace/disk/disk'
import type { Slots } from '@millrace/journal/slots'

/** Bytes of a file that lie in a slot of the journal. */
export interface OverlaidPiece {
  /** In the file. */
  readonly position: number
  readonly slot: number
  readonly slotPosition: number
  readonly length: number
}

/** A disk to read from, on which pieces of the journal lie over some files, and files that are not there yet. */
export class OverlaidDisk implements Disk {
  readonly #disk: Disk
  readonly #slots: Slots
  /** By path, each in the order of their positions, none overlapping another. */
  readonly #pieces = new Map<string, OverlaidPiece[]>()

  constructor(disk: Disk, slots: Slots) {
    this.#disk = disk
    this.#slots = slots
  }

  /** Each piece begins where the last one of its file ends, or after what the file has. */
  layOver(path: string, piece: OverlaidPiece): void {
    const pieces = this.#pieces.get(path)
    if (pieces === undefined) this.#pieces.set(path, [piece])
    else pieces.push(piece)
  }

  /** The directory is as if it were gone: its name may be given again. */
  forgetBelow(directory: string): void {
    for (const path of this.#pieces.keys()) {
      if (dirname(path) === directory) this.#pieces.delete(path)
    }
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    if (mode !== 'read') throw readOnly(path)
    const pieces = this.#pieces.get(path)
    if (pieces === undefined) return this.#disk.open(path, 'read')
    const isThere = (await this.#disk.stat(path)) !== undefined
    const below = isThere ? await this.#disk.open(path, 'read') : undefined
    return new OverlaidFile(path, below, pieces, this.#slots)
  }

  async stat(path: string): Promise<DiskStat | undefined> {
    const found = await this.#disk.stat(path)
    const end = endOf(this.#pieces.get(path) ?? [])
    if (end === 0) return found
    const { modifiedMs } = found ?? { modifiedMs: 0 }
    return { size: Math.max(found?.size ?? 0, end), modifiedMs, isDirectory: false }
  }

  async list(path: string): Promise<readonly string[]> {
    const names = new Set(await this.#disk.list(path))
    for (const file of this.#pieces.keys()) if (dirname(file) === path) names.add(basename(file))
    return [...names].toSorted()
  }

  space(path: string) {
    return this.#disk.space(path)
  }

  makeDirectory(path: string): Promise<void> {
    return Promise.reject(readOnly(path))
  }

  rename(from: string): Promise<void> {
    return Promise.reject(readOnly(from))
  }

  unlink(path: string): Promise<void> {
    return Promise.reject(readOnly(path))
  }

  removeDirectory(path: string): Promise<void> {
    return Promise.reject(readOnly(path))
  }

  syncDirectory(path: string): Promise<void> {
    return Promise.reject(readOnly(path))
  }
}

class OverlaidFile implements DiskFile {
  readonly path: string
  /** What is on the disk; undefined: nothing yet. */
  readonly #below: DiskFile | undefined
  readonly #pieces: readonly OverlaidPiece[]
  readonly #slots: Slots

  constructor(
    path: string,
    below: DiskFile | undefined,
    pieces: readonly OverlaidPiece[],
    slots: Slots,
  ) {
    this.path = path
    this.#below = below
    this.#pieces = pieces
    this.#slots = slots
  }

  async read(position: number, target: Uint8Array): Promise<number> {
    const end = position + target.length
    let filled = (await this.#below?.read(position, target)) ?? 0
    for (const piece of this.#pieces) {
      const from = Math.max(position, piece.position)
      const to = Math.min(end, piece.position + piece.length)
      if (from >= to) continue
      const inSlot = piece.slotPosition + from - piece.position
      target.set(await this.#slots.read(piece.slot, inSlot, to - from), from - position)
      filled = Math.max(filled, to - position)
    }
    return filled
  }

  async size(): Promise<number> {
    return Math.max((await this.#below?.size()) ?? 0, endOf(this.#pieces))
  }

  async close(): Promise<void> {
    await this.#below?.close()
  }

  write(): Promise<void> {
    return Promise.reject(readOnly(this.path))
  }

  sync(): Promise<void> {
    return Promise.reject(readOnly(this.path))
  }

  truncate(): Promise<void> {
    return Promise.reject(readOnly(this.path))
  }
}

function endOf(pieces: readonly OverlaidPiece[]): number {
  const last = pieces.at(-1)
  return last === undefined ? 0 : last.position + last.length
}

function readOnly(path: string): Error & { readonly code: string } {
  return Object.assign(new Error(`EROFS: ${path} is looked at, and not changed`), { code: 'EROFS' })
}
