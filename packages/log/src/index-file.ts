import assert from 'node:assert/strict'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import type { Offset } from '@millrace/model/offset'

/** How the entries of one kind of index are laid out: all of one size, in ascending order. */
export interface IndexFormat<Entry> {
  readonly entrySize: number
  encode(target: Buffer, at: number, entry: Entry): void
  decode(bytes: Buffer, at: number): Entry
}

export interface FoundEntry<Entry> {
  /** Its place in the index, from 0. */
  readonly slot: number
  readonly entry: Entry
}

/** Kafka's indexes hold signed 32-bit numbers: offsets are told from their segment's base offset. */
export const INDEX_INT32_MAX = 2 ** 31 - 1

/** As an entry has the offset: the log rolls before it is too large. */
export function toRelativeOffset(offset: Offset, baseOffset: Offset): number {
  const relativeOffset = offset - baseOffset
  assert(relativeOffset >= 0)
  assert(relativeOffset <= INDEX_INT32_MAX)
  return relativeOffset
}

/**
 * One index: entries in a file, and after them those that are only in memory yet. Owns the file. Believes nothing
 * of what the entries say; whoever looks one up checks it.
 */
export class IndexFile<Entry> {
  readonly #disk: Disk
  readonly #path: string
  readonly #format: IndexFormat<Entry>
  readonly #access: 'read' | 'write'
  #file: DiskFile | undefined
  /** Entries in the file. */
  #storedCount = 0
  /** The file is missing, or goes on after them. */
  #isInexact = true
  #tail = Buffer.alloc(0)
  #tailCount = 0
  #isUnsynced = false
  /** Raised when the entries are replaced: a write that was under way then does not count. */
  #generation = 0

  constructor(disk: Disk, path: string, format: IndexFormat<Entry>, access: 'read' | 'write') {
    this.#disk = disk
    this.#path = path
    this.#format = format
    this.#access = access
  }

  get count(): number {
    return this.#storedCount + this.#tailCount
  }

  /** Takes the file's entries as they are, `byteLimit` of them at most. Answers how many bytes of them there are. */
  async load(byteLimit: number): Promise<number> {
    const { entrySize } = this.#format
    const found = await this.#disk.stat(this.#path)
    this.#storedCount = Math.floor(Math.min(found?.size ?? 0, byteLimit) / entrySize)
    this.#isInexact = found?.size !== this.storedBytes
    return this.storedBytes
  }

  /** Forgets every entry: others are about to be appended from the start. */
  clear(): void {
    this.#storedCount = 0
    this.#isInexact = true
    this.#tailCount = 0
    this.#generation++
  }

  append(entry: Entry): void {
    const { entrySize } = this.#format
    const end = (this.#tailCount + 1) * entrySize
    if (end > this.#tail.length) {
      const larger = Buffer.alloc(Math.max(end, this.#tail.length * 2, TAIL_BYTES_MIN))
      this.#tail.copy(larger, 0, 0, this.#tailCount * entrySize)
      this.#tail = larger
    }
    this.#format.encode(this.#tail, end - entrySize, entry)
    this.#tailCount++
  }

  /** Undefined when there is no such entry, or the file is shorter than it was. */
  async at(slot: number): Promise<Entry | undefined> {
    if (slot < 0 || slot >= this.count) return undefined
    if (slot >= this.#storedCount) return this.#tailEntry(slot)
    const block = await this.#readBlock(slot, 1)
    return block.length === 0 ? undefined : this.#format.decode(block, 0)
  }

  /** The last entry for which `isAtOrBelow` holds, as it does for all before it in an index that is in order. */
  async floor(isAtOrBelow: (entry: Entry) => boolean): Promise<FoundEntry<Entry> | undefined> {
    const found = this.#floorInTail(isAtOrBelow)
    return found ?? (await this.#floorInFile(isAtOrBelow))
  }

  /**
   * Writes what is only in memory, and `closing` after it without counting it; the file then ends there. May be
   * repeated when it fails.
   */
  async write(closing: Entry | undefined): Promise<void> {
    assert.equal(this.#access, 'write')
    const { entrySize } = this.#format
    if (closing === undefined && this.#tailCount === 0 && !this.#isInexact) return
    const generation = this.#generation
    const file = await this.#open()
    const count = this.#tailCount
    const start = this.storedBytes
    const bytes = Buffer.alloc((count + (closing === undefined ? 0 : 1)) * entrySize)
    this.#tail.copy(bytes, 0, 0, count * entrySize)
    if (closing !== undefined) this.#format.encode(bytes, count * entrySize, closing)
    this.#isUnsynced = true
    await file.write(start, [bytes])
    if (this.#isInexact) await file.truncate(start + bytes.length)
    if (generation !== this.#generation) return
    this.#storedCount += count
    // A copy, for the memory of what is in the file now is let go of.
    this.#tail = Buffer.from(this.#tail.subarray(count * entrySize, this.#tailCount * entrySize))
    this.#tailCount -= count
    this.#isInexact = closing !== undefined
  }

  async sync(): Promise<void> {
    if (!this.#isUnsynced) return
    // First: what is written while this sync runs needs another.
    this.#isUnsynced = false
    await this.#file?.sync()
  }

  /** Bytes of the entries in the file. */
  get storedBytes(): number {
    return this.#storedCount * this.#format.entrySize
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  #tailEntry(slot: number): Entry {
    return this.#format.decode(this.#tail, (slot - this.#storedCount) * this.#format.entrySize)
  }

  #floorInTail(isAtOrBelow: (entry: Entry) => boolean): FoundEntry<Entry> | undefined {
    const bytes = this.#tail.subarray(0, this.#tailCount * this.#format.entrySize)
    return floorInBlock(bytes, this.#storedCount, this.#format, isAtOrBelow)
  }

  async #floorInFile(
    isAtOrBelow: (entry: Entry) => boolean,
  ): Promise<FoundEntry<Entry> | undefined> {
    const blockCount = Math.floor(BLOCK_BYTES / this.#format.entrySize)
    let low = 0
    let high = this.#storedCount
    let best: FoundEntry<Entry> | undefined
    while (low < high) {
      const first = Math.max(low, Math.min((low + high - blockCount) >> 1, high - blockCount))
      const block = await this.#readBlock(first, Math.min(blockCount, high - first))
      if (block.length === 0) return best
      const found = floorInBlock(block, first, this.#format, isAtOrBelow)
      const end = first + block.length / this.#format.entrySize
      if (found === undefined) {
        high = first
      } else if (found.slot < end - 1) {
        return found
      } else {
        best = found
        low = end
      }
    }
    return best
  }

  /** Whole entries only; none when the file cannot give them. */
  async #readBlock(slot: number, count: number): Promise<Buffer> {
    const { entrySize } = this.#format
    const file = await this.#open()
    const block = Buffer.allocUnsafe(count * entrySize)
    const got = await file.read(slot * entrySize, block)
    return block.subarray(0, Math.floor(got / entrySize) * entrySize)
  }

  async #open(): Promise<DiskFile> {
    if (this.#file !== undefined) return this.#file
    const isThere = (await this.#disk.stat(this.#path)) !== undefined
    assert(isThere || this.#access === 'write')
    const file = await this.#disk.open(this.#path, isThere ? this.#access : 'create')
    if (this.#file === undefined) {
      this.#file = file
    } else {
      // Somebody opened it while we did.
      await file.close()
    }
    return this.#file
  }
}

function floorInBlock<Entry>(
  block: Buffer,
  firstSlot: number,
  format: IndexFormat<Entry>,
  isAtOrBelow: (entry: Entry) => boolean,
): FoundEntry<Entry> | undefined {
  let low = 0
  let high = block.length / format.entrySize
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isAtOrBelow(format.decode(block, middle * format.entrySize))) low = middle + 1
    else high = middle
  }
  if (low === 0) return undefined
  return { slot: firstSlot + low - 1, entry: format.decode(block, (low - 1) * format.entrySize) }
}

/** What one look into a large index reads: a few of these find any entry. */
const BLOCK_BYTES = 32 * 1024
const TAIL_BYTES_MIN = 96
