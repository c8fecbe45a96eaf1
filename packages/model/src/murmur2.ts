import { littleEndianWord } from './little-endian.ts'

/**
 * MurmurHash2, 32 bits, as Kafka's Java client computes it: seed 0x9747b28c, little-endian words. Answers
 * with the unsigned value.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  const wordsEnd = length & ~3
  let hash = SEED ^ length
  for (let at = 0; at < wordsEnd; at += 4) {
    let word = littleEndianWord(bytes, at)
    word = Math.imul(word, MULTIPLIER)
    word ^= word >>> 24
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER)
  }
  const tailLength = length & 3
  if (tailLength > 2) hash ^= (bytes[wordsEnd + 2] ?? 0) << 16
  if (tailLength > 1) hash ^= (bytes[wordsEnd + 1] ?? 0) << 8
  if (tailLength > 0) hash = Math.imul(hash ^ (bytes[wordsEnd] ?? 0), MULTIPLIER)
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return (hash ^ (hash >>> 15)) >>> 0
}

const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995
