import type { Run } from './entry.ts'
import {
  decodeEntryHeader,
  decodeItems,
  decodeSpoiledHeader,
  ENTRY_HEADER_SIZE,
  type EntryItem,
  entrySize,
  PAGE_SIZE,
} from './entry.ts'
import type { JournalPlace, Slots } from './slots.ts'

/** Where to begin: what a checkpoint says of the journal. */
export interface JournalStart extends JournalPlace {
  readonly run: Run
  /** Of the first entry that the segments may not have. */
  readonly sequence: number
}

export interface JournalEntry extends JournalPlace {
  readonly sequence: number
  /** In the slot, padding included. */
  readonly size: number
  readonly items: readonly EntryItem[]
}

/** Where reading stopped: the first entry that is not whole. */
export interface JournalEnd extends JournalPlace {
  readonly sequence: number
  /** What is there of it, when anything can be told: a header in its place whose items, or whose own CRC, are wrong. */
  readonly remains?: JournalPlace & { readonly length: number }
}

/**
 * Visits the entries of a run, dense from `start`, each at the end of the last or at the start of a slot, and
 * stops at the first that is not whole, or when `visit` answers `stop`. A slot at a time is in memory.
 */
export async function readEntries(
  slots: Slots,
  start: JournalStart,
  visit: (entry: JournalEntry) => Promise<'stop' | void> | 'stop' | void,
): Promise<JournalEnd> {
  const memory = new SlotMemory(slots)
  let place: JournalPlace = start
  let sequence = start.sequence
  for (;;) {
    const found = await findEntry(memory, start.run, sequence, place)
    if (found === undefined) break
    if ((await visit(found)) === 'stop') break
    place = { slot: found.slot, position: found.position + found.size }
    sequence++
  }
  const end = { slot: place.slot, position: place.position, sequence }
  const remains = await findRemains(memory, start.run, sequence, place)
  return remains === undefined ? end : { ...end, remains }
}

/** A whole header that says that entry `missing` had been synced, if there is one on any page of any slot. */
export async function findProofOfSync(
  slots: Slots,
  run: Run,
  missing: number,
): Promise<(JournalPlace & { readonly sequence: number }) | undefined> {
  for (let slot = 0; slot < slots.count; slot++) {
    const bytes = await slots.read(slot, 0, slots.size(slot))
    for (let position = 0; position < bytes.length; position += PAGE_SIZE) {
      const header = decodeEntryHeader(bytes, position)
      if (header?.run === run && header.synced >= missing) {
        return { slot, position, sequence: header.sequence }
      }
    }
  }
  return undefined
}

async function findEntry(
  memory: SlotMemory,
  run: Run,
  sequence: number,
  end: JournalPlace,
): Promise<JournalEntry | undefined> {
  for (const place of candidates(memory.slots, end)) {
    const header = decodeEntryHeader(await memory.page(place), 0)
    if (header === undefined || header.run !== run || header.sequence !== sequence) continue
    const slot = await memory.whole(place.slot)
    const itemsAt = place.position + ENTRY_HEADER_SIZE
    const items = decodeItems(slot.subarray(itemsAt, itemsAt + header.itemsLength), header)
    if (items !== undefined) {
      return { ...place, sequence, size: entrySize(header.itemsLength), items }
    }
  }
  return undefined
}

async function findRemains(
  memory: SlotMemory,
  run: Run,
  sequence: number,
  end: JournalPlace,
): Promise<JournalEnd['remains']> {
  for (const place of candidates(memory.slots, end)) {
    const header = decodeSpoiledHeader(await memory.page(place), 0, { run, sequence })
    if (header === undefined) continue
    const room = memory.slots.size(place.slot) - place.position
    return { ...place, length: Math.min(entrySize(header.itemsLength), room) }
  }
  return undefined
}

/** Where the entry after `end` may be. */
function* candidates(slots: Slots, end: JournalPlace): Generator<JournalPlace> {
  if (end.slot < slots.count && end.position < slots.size(end.slot)) {
    yield { slot: end.slot, position: end.position }
  }
  for (let slot = 0; slot < slots.count; slot++) {
    if (slot !== end.slot || end.position !== 0) yield { slot, position: 0 }
  }
}

/** The slot being read, whole, and the first page of each: all that reading needs at a time. */
class SlotMemory {
  readonly slots: Slots
  readonly #firstPages = new Map<number, Uint8Array>()
  #slot = -1
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(slots: Slots) {
    this.slots = slots
  }

  async page(place: JournalPlace): Promise<Uint8Array> {
    if (place.position !== 0) {
      return (await this.whole(place.slot)).subarray(place.position, place.position + PAGE_SIZE)
    }
    const known = this.#firstPages.get(place.slot)
    if (known !== undefined) return known
    const page = await this.slots.read(place.slot, 0, PAGE_SIZE)
    this.#firstPages.set(place.slot, page)
    return page
  }

  async whole(slot: number): Promise<Uint8Array> {
    if (slot !== this.#slot) {
      this.#bytes = await this.slots.read(slot, 0, this.slots.size(slot))
      this.#slot = slot
    }
    return this.#bytes
  }
}
