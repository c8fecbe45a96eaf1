import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { type Health, isNoRoom } from './health.ts'

interface SpaceParts {
  readonly disk: Disk
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly health: Health
  readonly minFreeBytes: number
  readonly reserveBytes: number
}

/**
 * How much room the disk has, and the file that is given up when it has none: what checkpoints and internal
 * topics live on until there is room again.
 */
export class DiskSpace {
  readonly #parts: SpaceParts
  #hasReserve: boolean
  #isExhausted = false
  #isGivenUp = false
  /** When the reserve was given up last, in monotonic milliseconds. */
  #roomMadeMs = Number.NEGATIVE_INFINITY
  #freeBytes = Number.POSITIVE_INFINITY
  #totalBytes = 0
  /** Without what is on its way to the segments. */
  #availableBytes = Number.POSITIVE_INFINITY
  #lookedAtMs = 0
  #isLow = false
  #checking: Promise<void> | undefined
  #waiting: (() => void)[] = []

  static async open(parts: SpaceParts): Promise<DiskSpace> {
    const hasReserve = (await parts.disk.stat(reservePath(parts.directory))) !== undefined
    const space = new DiskSpace(parts, hasReserve)
    await space.check(0)
    return space
  }

  private constructor(parts: SpaceParts, hasReserve: boolean) {
    this.#parts = parts
    this.#hasReserve = hasReserve
    void parts.health.failed.then(() => this.#wake())
  }

  get freeBytes(): number {
    return this.#freeBytes
  }

  get totalBytes(): number {
    return this.#totalBytes
  }

  /** Too little is free to take records: produce is refused, all else goes on. */
  get isLow(): boolean {
    return this.#isLow || !this.#hasReserve
  }

  /** A write found no room, and the reserve is gone too: every append is refused. */
  get isExhausted(): boolean {
    return this.#isExhausted
  }

  /** For people: what there was at the last look, and what there must be for all to go on. */
  get shortage(): string {
    const { clock, minFreeBytes, reserveBytes } = this.#parts
    const available = Math.floor(Math.max(this.#availableBytes, 0) / MiB)
    const neededBytes = minFreeBytes + (this.#hasReserve ? 0 : reserveBytes)
    const needed = Math.ceil(Math.max(neededBytes, ROOM_BYTES_MIN) / MiB)
    const ageSeconds = Math.floor((clock.monotonicMs() - this.#lookedAtMs) / 1_000)
    const settings = this.#hasReserve
      ? 'storage.minFreeBytes'
      : 'storage.minFreeBytes, and storage.reserveBytes for the reserve that was given up'
    return `${available} MiB were free on the disk ${ageSeconds} s ago, and ${needed} MiB must be (${settings}).`
  }

  /** Looks, once at a time. `pendingBytes` will take room too. Makes the reserve again when there is room for it. */
  check(pendingBytes: number): Promise<void> {
    this.#checking ??= this.#check(pendingBytes).finally(() => (this.#checking = undefined))
    return this.#checking
  }

  /**
   * After a write that found no room: gives up the reserve, else resolves when the disk has room again, or when
   * writing has failed altogether. Without a file handle it is a short wait. After `giveUp` writing has failed.
   */
  async waitForRoom(error: unknown): Promise<void> {
    await this.#waitForRoom(error)
    if (this.#isGivenUp) this.#parts.health.fail(error)
  }

  /** Nobody waits for room any more. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#wake()
  }

  async #waitForRoom(error: unknown): Promise<void> {
    if (isHandleLimit(error)) return this.#pause()
    if (this.#hasReserve && this.#parts.reserveBytes > 0) return this.#giveUpReserve()
    // It failed beside the one for which the reserve was given up: there is room for it, too.
    if (this.#parts.clock.monotonicMs() < this.#roomMadeMs + PAUSE_MS) return this.#pause()
    this.#isExhausted = true
    await this.#pause()
    while (this.#isExhausted && !this.#isGivenUp && this.#parts.health.failure === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async #check(pendingBytes: number): Promise<void> {
    const { minFreeBytes, reserveBytes } = this.#parts
    const { freeBytes, totalBytes } = await this.#parts.disk.space(this.#parts.directory)
    const free = freeBytes - pendingBytes
    this.#freeBytes = freeBytes
    this.#totalBytes = totalBytes
    this.#availableBytes = free
    this.#lookedAtMs = this.#parts.clock.monotonicMs()
    this.#isLow = free < minFreeBytes
    if (!this.#hasReserve && free >= minFreeBytes + reserveBytes) await this.#makeReserve()
    if (this.#isExhausted && free > 0 && freeBytes >= ROOM_BYTES_MIN) {
      this.#isExhausted = false
      this.#wake()
    }
  }

  async #makeReserve(): Promise<void> {
    const { reserveBytes } = this.#parts
    if (reserveBytes === 0) {
      this.#hasReserve = true
      return
    }
    try {
      await writeReserve(this.#parts.disk, this.#parts.directory, reserveBytes)
      this.#hasReserve = true
    } catch (error) {
      if (!isNoRoom(error)) this.#parts.health.fail(error)
    }
  }

  async #giveUpReserve(): Promise<void> {
    this.#hasReserve = false
    this.#roomMadeMs = Number.POSITIVE_INFINITY
    try {
      await this.#parts.disk.unlink(reservePath(this.#parts.directory))
    } finally {
      this.#roomMadeMs = this.#parts.clock.monotonicMs()
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.schedule(PAUSE_MS, resolve))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** Written, not sparse: its blocks are what is given up. */
export async function writeReserve(disk: Disk, directory: string, bytes: number): Promise<void> {
  const path = reservePath(directory)
  const unfinished = `${path}.tmp`
  if ((await disk.stat(unfinished)) !== undefined) await disk.unlink(unfinished)
  const file = await disk.open(unfinished, 'create')
  try {
    for (let position = 0; position < bytes; position += FILLING.length) {
      await file.write(position, [FILLING.subarray(0, bytes - position)])
    }
    await file.sync()
  } catch (error) {
    await disk.unlink(unfinished)
    throw error
  } finally {
    await file.close()
  }
  await disk.rename(unfinished, path)
}

function reservePath(directory: string): string {
  return join(directory, 'reserve')
}

function isHandleLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && HANDLE_LIMITS.includes(String(error.code))
}

const HANDLE_LIMITS = ['EMFILE', 'ENFILE']
const MiB = 1024 * 1024
const FILLING = new Uint8Array(MiB)
const PAUSE_MS = 100
/** Less than this is not worth another try. */
const ROOM_BYTES_MIN = MiB
