declare const brand: unique symbol
type Branded<Name extends string> = number & { readonly [brand]: Name }

/** A record's place in its partition: 0, 1, 2, … Counts records, never bytes. */
export type Offset = Branded<'Offset'>
/** A byte's place in a segment file. Counts bytes, never records. */
export type Position = Branded<'Position'>

/** The one door through which a number from outside (wire, URL, disk) becomes an offset. */
export function toOffset(value: number | bigint): Offset | undefined {
  const offset = Number(value)
  return Number.isSafeInteger(offset) && offset >= 0 ? (offset as Offset) : undefined
}

/** The offset `recordCount` records after `offset`. */
export function advance(offset: Offset, recordCount: number): Offset {
  return (offset + recordCount) as Offset
}

export const FIRST_OFFSET = 0 as Offset
/** Offsets are JSON integers: past this one they would no longer be exact. */
export const OFFSET_MAX = Number.MAX_SAFE_INTEGER as Offset
