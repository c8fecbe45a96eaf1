import type { SeededRandom } from './seeded-random.ts'

/**
 * The content of one file of a `CrashingDisk`: what a reader sees now, what is certainly on the platter, and
 * everything in between that a power cut may leave behind.
 *
 * Invariants
 *   - a page without unsynced versions survives as it is;
 *   - one that has some survives as any of them, as what was there before, or as sectors of both;
 *   - a page whose sync failed reads well, is not on the platter, and no later sync puts it there.
 */
export class CrashingFile {
  #size = 0
  /** Lengths that a power cut may leave, the oldest first; the first is on the platter. */
  #sizes: Length[] = [{ size: 0 }]
  readonly #pages = new Map<number, Page>()

  get size(): number {
    return this.#size
  }

  /** Pages that hold something: a file that was made longer has none there. */
  get allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES
  }

  /** What writing these bytes would allocate. */
  newBytes(position: number, length: number): number {
    let bytes = 0
    for (const index of pagesOf(position, length)) if (!this.#pages.has(index)) bytes += PAGE_BYTES
    return bytes
  }

  read(position: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.#size - position))
    target.fill(0, 0, length)
    for (const index of pagesOf(position, length)) {
      const page = this.#pages.get(index)?.seen
      if (page === undefined) continue
      const pageStart = index * PAGE_BYTES
      const from = Math.max(position, pageStart)
      const until = Math.min(position + length, pageStart + PAGE_BYTES)
      target.set(page.subarray(from - pageStart, until - pageStart), from - position)
    }
    return length
  }

  write(position: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    for (const index of pagesOf(position, bytes.length)) {
      const pageStart = index * PAGE_BYTES
      const from = Math.max(position, pageStart)
      const until = Math.min(position + bytes.length, pageStart + PAGE_BYTES)
      const piece = bytes.subarray(from - position, until - position)
      this.#change(index, (page) => page.set(piece, from - pageStart))
    }
    const end = position + bytes.length
    this.#resize(Math.max(this.#size, end))
    // After a failed sync the disk may have a shorter file: what is written beyond its end makes it longer.
    const { size } = this.#sizes.at(-1) ?? { size: end }
    if (size < end) this.#sizes.push({ size: end })
  }

  truncate(size: number): void {
    for (const index of this.#pages.keys()) {
      const pageStart = index * PAGE_BYTES
      if (pageStart + PAGE_BYTES <= size) continue
      this.#change(index, (page) => page.fill(0, Math.max(0, size - pageStart)))
    }
    this.#resize(size)
  }

  /** Everything written until now. What it answers with is called when the sync has worked. */
  beginSync(): () => void {
    const length = this.#sizes.at(-1) ?? { size: this.#size }
    const seen = [...this.#pages.values()].flatMap((page) =>
      page.unsynced.length === 0 ? [] : [{ page, version: page.seen }],
    )
    return () => {
      this.#sizes = [length, ...this.#sizes.slice(this.#sizes.indexOf(length) + 1)]
      for (const { page, version } of seen) {
        page.durable = version
        page.unsynced = page.unsynced.slice(page.unsynced.indexOf(version) + 1)
      }
    }
  }

  /** As Linux has it: the pages count as written, whatever became of them. */
  failSync(random: SeededRandom): void {
    for (const page of this.#pages.values()) {
      page.durable = survivingPage(page, random, 'whole')
      page.unsynced = []
    }
    this.#sizes = [this.#survivingLength(random)]
  }

  /** The file as it is found after a power cut. With `spoils`, an unfinished write may spoil a whole page. */
  afterPowerCut(random: SeededRandom, spoils: boolean): CrashingFile {
    const survivor = new CrashingFile()
    const { size } = this.#survivingLength(random)
    for (const [index, page] of this.#pages) {
      if (index * PAGE_BYTES >= size) continue
      const bytes = survivingPage(page, random, spoils ? 'spoiled' : 'whole')
      survivor.#pages.set(index, { seen: bytes, durable: bytes, unsynced: [] })
    }
    survivor.#size = size
    survivor.#sizes = [{ size }]
    return survivor
  }

  #change(index: number, change: (page: Buffer) => void): void {
    const page = this.#pages.get(index) ?? { seen: NO_BYTES, durable: NO_BYTES, unsynced: [] }
    const seen = Buffer.from(page.seen)
    change(seen)
    page.seen = seen
    page.unsynced = [...page.unsynced, seen].slice(-VERSIONS_MAX)
    this.#pages.set(index, page)
  }

  #resize(size: number): void {
    if (size === this.#size) return
    this.#size = size
    this.#sizes.push({ size })
    if (this.#sizes.length > VERSIONS_MAX) this.#sizes.splice(1, 1)
  }

  #survivingLength(random: SeededRandom): Length {
    const [certain = { size: this.#size }, ...others] = this.#sizes
    return random.pick([certain, ...others])
  }
}

interface Length {
  readonly size: number
}

interface Page {
  seen: Buffer
  durable: Buffer
  /** The oldest first. */
  unsynced: Buffer[]
}

const PAGE_BYTES = 4096
const SECTOR_BYTES = 512
/** Of a page or a length, between two syncs. */
const VERSIONS_MAX = 8
const NO_BYTES = Buffer.alloc(PAGE_BYTES)

function* pagesOf(position: number, length: number): Generator<number> {
  if (length === 0) return
  const last = Math.floor((position + length - 1) / PAGE_BYTES)
  for (let index = Math.floor(position / PAGE_BYTES); index <= last; index++) yield index
}

function survivingPage(page: Page, random: SeededRandom, cut: 'whole' | 'spoiled'): Buffer {
  const [oldest, ...others] = page.unsynced
  if (oldest === undefined) return page.durable
  if (cut === 'spoiled' && random.chance(10)) return garbage(random)
  const newest = page.unsynced.at(-1) ?? oldest
  const version = random.chance(50) ? newest : random.pick([oldest, ...others])
  if (random.chance(30)) return page.durable
  return random.chance(30) ? tornPage(page.durable, version, random) : version
}

function tornPage(before: Buffer, after: Buffer, random: SeededRandom): Buffer {
  const torn = Buffer.from(before)
  for (let at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
    if (random.chance(50)) after.copy(torn, at, at, at + SECTOR_BYTES)
  }
  return torn
}

function garbage(random: SeededRandom): Buffer {
  const page = Buffer.alloc(PAGE_BYTES)
  if (random.chance(50)) for (let at = 0; at < PAGE_BYTES; at++) page[at] = random.below(256)
  return page
}
