/** The same numbers for the same seed, on every machine. */
export interface SeededRandom {
  /** 0 to `limit`, exclusive. */
  below(limit: number): number
  /** True in `percent` of 100 calls. */
  chance(percent: number): boolean
  pick<T>(choices: readonly [T, ...T[]]): T
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = () => {
    // Mulberry32, by Tommy Ettinger: 32 bits of state are plenty for a test.
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: (percent) => next() * 100 < percent,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  }
}
