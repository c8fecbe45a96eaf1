import {
  decodeEntryHeader,
  decodeItems,
  decodeSpoiledItems,
  ENTRY_HEADER_SIZE,
  type EntryItem,
  entrySize,
  PAGE_SIZE,
} from '@millrace/journal/entry'
import {
  findProofOfSync,
  type JournalEnd,
  type JournalEntry,
  type JournalStart,
  readEntries,
} from '@millrace/journal/reader'
import type { JournalPlace, Slots } from '@millrace/journal/slots'

/** What is whole of a journal, also after what is not. */
export interface SalvagedJournal {
  /** In the order of their sequences; all after the checkpoint. */
  readonly entries: readonly JournalEntry[]
  /** Where recovery stops: the first entry that is not whole. */
  readonly end: JournalEnd
  /** What the entry that is not whole seems to have held, if it was synced: hints, to know which offsets were given. */
  readonly hints: readonly EntryItem[]
  /** What lies where an entry should be. */
  readonly bad: readonly (JournalPlace & { readonly length: number })[]
}

/**
 * Reads on after the first entry that is not whole: an entry is only written once the one before it is synced, so
 * whatever follows proves, and is as durable as, what came before.
 */
export async function salvageJournal(slots: Slots, start: JournalStart): Promise<SalvagedJournal> {
  const entries: JournalEntry[] = []
  const end = await readEntries(slots, start, (entry) => {
    entries.push(entry)
  })
  const later: JournalEntry[] = []
  for (let slot = 0; slot < slots.count; slot++) {
    later.push(...(await entriesAfter(slots, slot, { run: start.run, sequence: end.sequence })))
  }
  later.sort((left, right) => left.sequence - right.sequence)
  const hints = await hintsOf(slots, start, end)
  return { entries: [...entries, ...later], end, hints, bad: badBytes(slots, end, later) }
}

/** None of a torn entry: nobody was told its offsets. */
async function hintsOf(
  slots: Slots,
  { run }: JournalStart,
  { remains, sequence }: JournalEnd,
): Promise<readonly EntryItem[]> {
  if (remains === undefined) return []
  if ((await findProofOfSync(slots, run, sequence)) === undefined) return []
  const { slot, position, length } = remains
  return decodeSpoiledItems(await slots.read(slot, position + ENTRY_HEADER_SIZE, length))
}

async function entriesAfter(
  slots: Slots,
  slot: number,
  { run, sequence }: Pick<JournalStart, 'run' | 'sequence'>,
): Promise<readonly JournalEntry[]> {
  const bytes = await slots.read(slot, 0, slots.size(slot))
  const found: JournalEntry[] = []
  for (let position = 0; position < bytes.length; position += PAGE_SIZE) {
    const header = decodeEntryHeader(bytes, position)
    if (header === undefined || header.run !== run || header.sequence <= sequence) continue
    const itemsAt = position + ENTRY_HEADER_SIZE
    const items = decodeItems(bytes.subarray(itemsAt, itemsAt + header.itemsLength), header)
    if (items === undefined) continue
    const size = entrySize(header.itemsLength)
    found.push({ slot, position, sequence: header.sequence, size, items })
  }
  return found
}

/** Up to the next entry that is whole, where the bad one does not say how long it was. */
function badBytes(
  slots: Slots,
  end: JournalEnd,
  later: readonly JournalEntry[],
): SalvagedJournal['bad'] {
  if (end.remains !== undefined) return [end.remains]
  if (later.length === 0 || end.slot >= slots.count) return []
  const follows = later
    .filter(({ slot, position }) => slot === end.slot && position >= end.position)
    .map(({ position }) => position)
  const length = Math.min(slots.size(end.slot), ...follows) - end.position
  return length <= 0 ? [] : [{ slot: end.slot, position: end.position, length }]
}
