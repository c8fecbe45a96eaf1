/**
 * What must hold of an LMDB data file before it is mapped. A read past the end of a mapped file is a SIGBUS,
 * which kills the process and cannot be caught, and an empty file is taken for a new one without a word.
 *
 * The first two pages are meta pages, little-endian on every machine that we run on:
 *
 *      0  page header, 24 bytes; at 18 flags, u16: 8 on a meta page
 *     24  magic, u32: BEEFC0DE
 *     28  version, u32: 2
 *     48  page size, u32
 *    144  last page, u64
 */
import type { Disk } from '@millrace/disk/disk'

/** Is every page there that a meta page speaks of? False as well when the file is absent or no LMDB file. */
export async function isSafeToMap(disk: Disk, path: string): Promise<boolean> {
  if ((await disk.stat(path)) === undefined) return false
  const file = await disk.open(path, 'read')
  try {
    const size = await file.size()
    const first = new Uint8Array(META_SIZE)
    await file.read(0, first)
    const pageSize = view(first).getUint32(PAGE_SIZE_AT, true)
    if (!isMeta(first) || pageSize < META_SIZE || pageSize > PAGE_SIZE_MAX) return false
    const second = new Uint8Array(META_SIZE)
    await file.read(pageSize, second)
    if (!isMeta(second)) return false
    const lastPage = Math.max(...[first, second].map(lastPageOf))
    return size >= (lastPage + 1) * pageSize
  } finally {
    await file.close()
  }
}

const FLAGS_AT = 18
const MAGIC_AT = 24
const VERSION_AT = 28
const PAGE_SIZE_AT = 48
const LAST_PAGE_AT = 144
const META_SIZE = 168
const PAGE_SIZE_MAX = 65_536
const META_FLAG = 8
const MAGIC = 0xbe_ef_c0_de
const VERSION = 2

function isMeta(page: Uint8Array): boolean {
  const fields = view(page)
  return (
    fields.getUint16(FLAGS_AT, true) === META_FLAG &&
    fields.getUint32(MAGIC_AT, true) === MAGIC &&
    fields.getUint32(VERSION_AT, true) === VERSION
  )
}

function lastPageOf(page: Uint8Array): number {
  return Number(view(page).getBigUint64(LAST_PAGE_AT, true))
}

function view(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.byteLength)
}
