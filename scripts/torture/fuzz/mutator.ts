import type { SeededRandom } from '@millrace/testing/seeded-random'

/** Makes inputs from inputs: some small changes, one after the other. */
export class Mutator {
  readonly #random: SeededRandom
  readonly #tokens: readonly Buffer[]

  constructor(random: SeededRandom, tokens: readonly Buffer[]) {
    this.#random = random
    this.#tokens = tokens
  }

  /** Never changes `input`. `other` lends pieces of itself. */
  mutate(input: Buffer, other: Buffer): Buffer {
    let made: Buffer = Buffer.from(input)
    for (let count = 1 + this.#random.below(4); count > 0; count--) {
      made = this.#change(made, other)
    }
    if (this.#random.below(BLOW_UP_ONE_IN) === 0) made = this.#blowUp(made)
    return made.length > LENGTH_MAX ? made.subarray(0, LENGTH_MAX) : made
  }

  #change(input: Buffer, other: Buffer): Buffer {
    const random = this.#random
    const at = random.below(input.length + 1)
    if (input.length === 0) return Buffer.from(other)
    switch (random.below(10)) {
      case 0:
      case 1:
        return changed(input, at, (byte) => byte ^ (1 << random.below(8)))
      case 2:
        return changed(input, at, () => random.below(256))
      case 3:
        return changed(input, at, (byte) => byte + random.below(9) - 4)
      case 4:
        return this.#setNumber(input, at)
      case 5:
        return replaced(input, at, random.below(16), NOTHING)
      case 6:
        return replaced(input, at, 0, this.#pieceOf(input))
      case 7:
        return replaced(input, at, random.below(32), this.#pieceOf(other))
      case 8:
        return input.subarray(0, at)
      default:
        return this.#insertToken(input, at)
    }
  }

  #insertToken(input: Buffer, at: number): Buffer {
    const [first, ...others] = this.#tokens
    if (first === undefined) return changed(input, at, () => 0)
    const token = this.#random.pick([first, ...others])
    return replaced(input, at, this.#random.chance(50) ? token.length : 0, token)
  }

  #setNumber(input: Buffer, at: number): Buffer {
    const width = this.#random.pick([1, 2, 4, 8])
    if (at + width > input.length) return input
    const value = this.#random.pick(EDGES)
    if (width === 8) input.writeBigUInt64BE(value, at)
    else input.writeUIntBE(Number(BigInt.asUintN(width * 8, value)), at, width)
    return input
  }

  #pieceOf(bytes: Buffer): Buffer {
    const from = this.#random.below(bytes.length + 1)
    return bytes.subarray(from, from + 1 + this.#random.below(64))
  }

  /** A piece over and over: what takes quadratic time, or believes a size, shows only here. */
  #blowUp(input: Buffer): Buffer {
    const piece = this.#random.chance(50) ? input : this.#pieceOf(input)
    if (piece.length === 0) return input
    const times = Math.ceil(this.#random.pick([4_000, 64_000, LENGTH_MAX]) / piece.length)
    const at = this.#random.below(input.length + 1)
    const blown = Buffer.alloc(Math.min(LENGTH_MAX, piece.length * times), piece)
    return replaced(input, at, 0, blown)
  }
}

const NOTHING = Buffer.alloc(0)
const BLOW_UP_ONE_IN = 4_000
const LENGTH_MAX = 256 * 1024
const EDGES: readonly [bigint, ...bigint[]] = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1f_ffff_ffff_ffffn,
  0x20_0000_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0xffff_ffff_ffff_ffffn,
]

function changed(input: Buffer, at: number, change: (byte: number) => number): Buffer {
  const place = Math.min(at, input.length - 1)
  input[place] = change(input[place] ?? 0)
  return input
}

function replaced(input: Buffer, at: number, length: number, by: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), by, input.subarray(at + length)])
}
