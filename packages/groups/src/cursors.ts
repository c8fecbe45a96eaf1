import { type GroupCursor, openCursor, sealCursor } from './group-cursor.ts'

/** A cursor as it was sealed. */
export interface SealedCursor {
  readonly group: string
  readonly cursor: GroupCursor
  readonly text: string
  /** What came with it is committed, as far as it ever will be: sent again, it says nothing new. */
  isCommitted: boolean
}

/**
 * Seals cursors, and opens them. The last of each member is remembered: it nearly always comes back, and where nothing
 * happens it is the next one, too, so that idle members cost no cryptography. Nothing depends on what is remembered.
 */
export class Cursors {
  readonly #secret: Uint8Array
  readonly #byText = new Map<string, SealedCursor>()
  /** The oldest first. */
  readonly #byMember = new Map<string, SealedCursor>()
  #weight = 0

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** INVALID_REQUEST for what was not sealed here, for this group. */
  open(group: string, text: string): SealedCursor {
    const known = this.#byText.get(text)
    if (known?.group === group) return known
    const cursor = openCursor(this.#secret, group, text)
    return this.#remember({ group, cursor, text, isCommitted: false })
  }

  seal(group: string, cursor: GroupCursor): string {
    const last = this.#byMember.get(memberOf(group, cursor))
    if (last !== undefined && isSame(last.cursor, cursor)) return last.text
    const text = sealCursor(this.#secret, group, cursor)
    return this.#remember({ group, cursor, text, isCommitted: false }).text
  }

  #remember(sealed: SealedCursor): SealedCursor {
    const member = memberOf(sealed.group, sealed.cursor)
    const last = this.#byMember.get(member)
    if (last !== undefined) this.#forget(last)
    this.#byText.set(sealed.text, sealed)
    this.#byMember.set(member, sealed)
    this.#weight += weightOf(sealed)
    for (const oldest of this.#byMember.values()) {
      if (this.#weight <= WEIGHT_MAX) break
      this.#forget(oldest)
    }
    return sealed
  }

  #forget(sealed: SealedCursor): void {
    this.#byMember.delete(memberOf(sealed.group, sealed.cursor))
    this.#byText.delete(sealed.text)
    this.#weight -= weightOf(sealed)
  }
}

function memberOf(group: string, { memberId }: GroupCursor): string {
  return `${group} ${memberId}`
}

/** Of a cursor, in partitions: each takes some 120 bytes, and the rest as much as three. */
function weightOf({ cursor }: SealedCursor): number {
  return cursor.positions.size + 3
}

/** Some 12 MB. */
const WEIGHT_MAX = 100_000

function isSame(one: GroupCursor, other: GroupCursor): boolean {
  if (one.epoch !== other.epoch || one.turn !== other.turn) return false
  if (one.positions.size !== other.positions.size) return false
  for (const [key, { offset, isRevoked }] of one.positions) {
    const position = other.positions.get(key)
    if (position?.offset !== offset || position.isRevoked !== isRevoked) return false
  }
  return true
}
