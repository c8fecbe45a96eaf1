import { expect, test } from 'vitest'
import { murmur2 } from '../src/murmur2.ts'

/** As signed integers, from the tests of Kafka's Java client and of kafkajs. */
const SIGNED: readonly [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['0', 971027396],
  ['1', -1993445489],
  ['128', -326012175],
  ['2187', -1508407203],
  ['16384', -325739742],
  ['78125', -1654490814],
  ['279936', 1462227128],
  ['823543', -2014198330],
  ['2097152', 607668903],
  ['4782969', -1182699775],
  ['10000000', -1830336757],
  ['19487171', -1603849305],
  ['35831808', -857013643],
  ['62748517', -1167431028],
  ['105413504', -381294639],
  ['170859375', -1658323481],
  ['100:48069', 1009543857],
]

/** As unsigned integers, from the tests of librdkafka. */
const UNSIGNED: readonly [string, number][] = [
  ['kafka', 0xd067cf64],
  ['giberish123456789', 0x8f552b0c],
  ['1234', 0x9fc97b14],
  ['234', 0xe7c009ca],
  ['34', 0x873930da],
  ['4', 0x5a4b5ca1],
  ['PreAmbleWillBeRemoved,ThePrePartThatIs', 0x78424f1c],
  ['reAmbleWillBeRemoved,ThePrePartThatIs', 0x4a62b377],
  ['eAmbleWillBeRemoved,ThePrePartThatIs', 0xe0e4e09e],
  ['AmbleWillBeRemoved,ThePrePartThatIs', 0x62b8b43f],
  ['', 0x106e08d9],
]

/** As unsigned integers without the sign bit, likewise. */
const MASKED: readonly [string, number][] = [
  ['23456', 0x058d780f],
  ['this is another string with more length to it perhaps', 0x4f7703da],
  ['hejsan', 0x5ec19395],
]

test.each(SIGNED)('%s is %d, as in Java', (text, expected) => {
  expect(murmur2(Buffer.from(text)) | 0).toBe(expected)
})

test.each(UNSIGNED)('%s is %d, as in C', (text, expected) => {
  expect(murmur2(Buffer.from(text))).toBe(expected)
})

test.each(MASKED)('%s is %d without its highest bit', (text, expected) => {
  expect(murmur2(Buffer.from(text)) & 0x7fff_ffff).toBe(expected)
})

test('a hundred inputs of each length to a thousand add up to what Kafka’s test expects', () => {
  const random = new SplittableRandom()
  let sum = 0
  for (let length = 0; length <= 1000; length++) {
    for (let round = 0; round < 100; round++) sum += murmur2(random.nextBytes(length))
  }
  expect(sum).toBe(0xc3b8cf7c99fc)
})

/** Java's `SplittableRandom(0)`, of which the test above takes its bytes. 64 bits are two halves here. */
class SplittableRandom {
  #high = 0
  #low = 0

  nextBytes(length: number): Uint8Array {
    const bytes = Buffer.alloc(Math.ceil(length / 8) * 8)
    for (let at = 0; at < length; at += 8) {
      const [high, low] = this.#nextLong()
      bytes.writeInt32LE(low, at)
      bytes.writeInt32LE(high, at + 4)
    }
    return bytes.subarray(0, length)
  }

  #nextLong(): readonly [number, number] {
    const low = (this.#low >>> 0) + 0x7f4a7c15
    this.#high = (this.#high + 0x9e3779b9 + (low > 0xffff_ffff ? 1 : 0)) | 0
    this.#low = low | 0
    let mixed = shiftXor(this.#high, this.#low, 30)
    mixed = shiftXor(...multiply(...mixed, 0xbf58476d, 0x1ce4e5b9), 27)
    return shiftXor(...multiply(...mixed, 0x94d049bb, 0x133111eb), 31)
  }
}

function shiftXor(high: number, low: number, bits: number): readonly [number, number] {
  return [high ^ (high >>> bits), low ^ ((low >>> bits) | (high << (32 - bits)))]
}

function multiply(
  high: number,
  low: number,
  otherHigh: number,
  otherLow: number,
): readonly [number, number] {
  const crossed = Math.imul(high, otherLow) + Math.imul(low, otherHigh)
  return [(upperHalf(low, otherLow) + crossed) | 0, Math.imul(low, otherLow)]
}

/** The upper 32 of the 64 bits of a product. */
function upperHalf(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const carry = Math.floor(((middle % 0x1_0000) + a0 * b1) / 0x1_0000)
  return a1 * b1 + Math.floor(middle / 0x1_0000) + carry
}
