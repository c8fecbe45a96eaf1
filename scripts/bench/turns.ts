import type { Figure, Setting, Verdict } from './benchmark.ts'

/** One of those that are measured in turns. */
export interface Contender {
  readonly name: string
  /** Such as `MiB` or `requests`; figures are a second's worth of it. */
  readonly unit: string
  /** Works for this long; answers with units a second. */
  readonly run: (seconds: number) => Promise<number>
}

export interface Turns {
  /** By contender, in the order given: its rate in each round. */
  readonly rates: readonly (readonly number[])[]
  readonly figures: readonly Figure[]
}

/**
 * Each contender has its turn in every round, in an order that alternates, after one round that does not count.
 * What a disk or a busy neighbour does to one slice it then does to the next as well, and a ratio of the two says
 * more than two averages.
 */
export async function measureInTurns(
  contenders: readonly Contender[],
  { sliceSeconds, rounds }: Pick<Setting, 'sliceSeconds' | 'rounds'>,
): Promise<Turns> {
  const rates = contenders.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    const order = contenders.map((contender, index) => ({ contender, index }))
    if (round % 2 === 0) order.reverse()
    for (const { contender, index } of order) {
      const rate = await contender.run(sliceSeconds)
      if (round >= 0) rates[index]?.push(rate)
    }
  }
  const figures = contenders.map(({ name, unit }, index) => {
    const own = rates[index] ?? []
    return { label: name, value: `${amount(median(own))} ${unit}/s (${spread(own)})` }
  })
  return { rates, figures }
}

/** Of work in this process, over and over: `work` answers with its units. Units a second. */
export async function repeatFor(
  seconds: number,
  work: () => number | Promise<number>,
): Promise<number> {
  const started = performance.now()
  const ends = started + seconds * 1000
  let count = 0
  while (performance.now() < ends) count += await work()
  return count / ((performance.now() - started) / 1000)
}

/** The median over the rounds of `ours` divided by the slowest of `peers` in the same round. */
export function pairedRatio(
  ours: readonly number[],
  ...peers: readonly (readonly number[])[]
): number {
  return median(
    ours.map((rate, round) => rate / Math.min(...peers.map((peer) => peer[round] ?? Infinity))),
  )
}

export function atLeast(minimum: number, ratio: number, of: string): Verdict {
  return {
    target: `at least ${minimum} of ${of}`,
    measured: ratio.toFixed(2),
    isReached: ratio >= minimum,
  }
}

/** A ratio for which no target is set. */
export function ratioFigure(label: string, ratio: number): Figure {
  return { label, value: `${ratio.toFixed(2)} of it` }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >>> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? NaN
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Three digits that count. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))))
  return value.toLocaleString('en-GB', { maximumFractionDigits: Math.min(digits, 4) })
}

function spread(values: readonly number[]): string {
  return `${amount(Math.min(...values))} to ${amount(Math.max(...values))}`
}
