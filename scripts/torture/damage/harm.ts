import { basename, dirname } from 'node:path'
import type { FileTree } from './memory-disk.ts'
import { SAMPLE_DIRECTORY, type SampleBatch, type SampleStore } from './sample-store.ts'

/** Where a file is not what it was. */
export interface Harm {
  readonly path: string
  readonly kind: 'flipped' | 'cut' | 'emptied' | 'removed' | 'overwritten' | 'extra'
  /** The bytes concerned, `end` exclusive. */
  readonly from: number
  readonly end: number
}

export interface HarmedTree {
  readonly tree: FileTree
  readonly harms: readonly Harm[]
}

/** The tree with one file replaced; undefined removes it. */
export function withFile(tree: FileTree, path: string, bytes: Buffer | undefined): FileTree {
  const files = new Map(tree.files)
  if (bytes === undefined) files.delete(path)
  else files.set(path, bytes)
  return { ...tree, files }
}

export function flipBit(tree: FileTree, path: string, bit: number): HarmedTree {
  const bytes = Buffer.from(tree.files.get(path) ?? Buffer.alloc(0))
  const at = bit >> 3
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
  const harm: Harm = { path, kind: 'flipped', from: at, end: at + 1 }
  return { tree: withFile(tree, path, bytes), harms: [harm] }
}

/** Whether the only copy of a batch may have suffered. */
export function touches(harm: Harm, batch: SampleBatch): boolean {
  const { bytes, place } = batch
  if (harm.kind === 'extra') return hides(harm.path, batch)
  if (place?.path !== harm.path) return false
  return harm.from < place.at + bytes.length && place.at < harm.end
}

/** A file with a segment's name stands for the offsets from there to the next: reading them is damage, and told. */
function hides(path: string, { lastOffset, place }: SampleBatch): boolean {
  if (place === undefined || !path.endsWith('.log')) return false
  if (dirname(path) !== dirname(place.path)) return false
  const from = Number.parseInt(basename(path), 10)
  return from > Number.parseInt(basename(place.path), 10) && from <= lastOffset
}

/** Whether a store may say that it cannot open with this. An index, for one, is no reason. */
export function mayRefuseToOpen({ kind, path }: Harm): boolean {
  if (/\/(format\.json|checkpoint)$/.test(path) || path.includes('/journal/')) return true
  // A segment that is longer, or not as long, as it was known to be.
  return path.endsWith('.log') && kind !== 'flipped'
}

/** Whether an entry of the journal since the last checkpoint, from 0, may have suffered. */
export function touchesEntry(store: SampleStore, harm: Harm, entry: number): boolean {
  if (harm.path !== `${SAMPLE_DIRECTORY}/journal/0.journal`) return false
  const [from, end] = entryRange(store, entry)
  return harm.from < end && from < harm.end
}

/** Whether nothing is left by which an entry could be known: then it is as if it had never been written. */
export function hidesEntry(store: SampleStore, harm: Harm, entry: number): boolean {
  if (harm.kind === 'flipped' || !touchesEntry(store, harm, entry)) return false
  const [from] = entryRange(store, entry)
  return harm.from < from + ENTRY_MAGIC.length
}

/** Found by what an entry begins with; each begins a page. */
export function entryRange(store: SampleStore, entry: number): readonly [number, number] {
  const journal = store.tree.files.get(`${SAMPLE_DIRECTORY}/journal/0.journal`)
  let page = 0
  for (let count = 0; journal !== undefined; page += PAGE) {
    if (journal.toString('latin1', page, page + 4) !== ENTRY_MAGIC) continue
    if (count++ === entry) break
  }
  const length = ENTRY_HEADER_SIZE + (journal?.readUInt32BE(page + ITEMS_LENGTH_AT) ?? 0)
  return [page, page + length]
}

export const PAGE = 4096
const ENTRY_MAGIC = 'MRJ1'
const ENTRY_HEADER_SIZE = 64
const ITEMS_LENGTH_AT = 32
