/**
 * What names one delivery of one record: text that a consumer cannot read or change, base64url of
 *
 *      0        seal: the first 12 bytes of SHA-256 of the store's secret (32 bytes), the group's id (22), what follows
 *     12  u32   the partition's log
 *     16  u48   offset
 *     22  u48   number of the acquisition in the partition
 *
 * What is hashed has always the same length, and what is shown of it is less than half: nobody can go on from it.
 */
import { hash } from 'node:crypto'

export interface Receipt {
  readonly log: number
  readonly offset: number
  readonly number: number
}

/** Seals the receipts of one group. */
export class Receipts {
  /** The secret, the id, then what is sealed. */
  readonly #sealed: Buffer
  readonly #text = Buffer.alloc(SIZE)

  constructor(secret: Uint8Array, groupId: string) {
    this.#sealed = Buffer.concat([secret, Buffer.from(groupId), Buffer.alloc(CONTENT_SIZE)])
  }

  seal({ log, offset, number }: Receipt): string {
    const content = this.#sealed
    const at = content.length - CONTENT_SIZE
    content.writeUInt32BE(log, at)
    content.writeUIntBE(offset, at + OFFSET_AT, U48)
    content.writeUIntBE(number, at + NUMBER_AT, U48)
    // The text of a hash is made faster than its bytes.
    this.#text.write(hash('sha256', content, 'latin1'), 0, SEAL_SIZE, 'latin1')
    content.copy(this.#text, SEAL_SIZE, at)
    return this.#text.toString('base64url')
  }

  /** Undefined for what was not sealed here. */
  open(text: string): Receipt | undefined {
    if (text.length !== TEXT_LENGTH) return undefined
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length !== SIZE) return undefined
    const log = bytes.readUInt32BE(SEAL_SIZE)
    const offset = bytes.readUIntBE(SEAL_SIZE + OFFSET_AT, U48)
    const number = bytes.readUIntBE(SEAL_SIZE + NUMBER_AT, U48)
    const receipt = { log, offset, number }
    return this.seal(receipt) === text ? receipt : undefined
  }
}

const SEAL_SIZE = 12
const CONTENT_SIZE = 16
const SIZE = SEAL_SIZE + CONTENT_SIZE
const TEXT_LENGTH = Math.ceil((SIZE * 4) / 3)
const OFFSET_AT = 4
const NUMBER_AT = 10
const U48 = 6
