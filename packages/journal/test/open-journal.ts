import type { Disk } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import { EntryBuilder, EntryMemory } from '../src/entry-builder.ts'
import { Journal } from '../src/journal.ts'
import { Slots } from '../src/slots.ts'

export const RUN = '0011223344556677'
export const SLOT_BYTES = 32 * 1024

export interface OpenJournal {
  readonly slots: Slots
  readonly journal: Journal
}

/** An empty journal of two slots, which may become four. */
export async function makeJournal(disk: Disk, directory: string): Promise<OpenJournal> {
  const slots = await Slots.open(disk, directory, 'write')
  while (slots.count < 2) await slots.make(SLOT_BYTES)
  return { slots, journal: new Journal(slots, RUN, { slotBytes: SLOT_BYTES, slotsMax: 4 }) }
}

/** Writes an entry of one item whose bytes are `size` times `fill`. */
export async function writeEntry(journal: Journal, fill: number, size: number): Promise<void> {
  const builder = new EntryBuilder(new EntryMemory())
  const offset = 0 as Offset
  const item = { kind: 'batches', log: fill, baseOffset: offset, segment: offset } as const
  builder.add({ ...item, position: 0 as Position }, new Uint8Array(size).fill(fill))
  await journal.write(builder.finish(journal.identity))
}
