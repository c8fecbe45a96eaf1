/**
 * One way of doing the store harm. A file in `attacks/` exports one. It is a list of cases, numbered by their seed: the
 * same seed is the same case, and each begins with nothing and leaves nothing.
 */
export interface Attack {
  readonly name: string
  /** What is done to the store and what must hold then, in a sentence or two. */
  readonly about: string
  /** What one case is, in the plural: `lives that end in a power cut`. */
  readonly cases: string
  /** How many cases a run at length is to reach. */
  readonly target: number
  /** How many `pnpm test` runs: some seconds' worth. None when even one takes longer. */
  readonly share: number
  /** There are no more cases than this; left out: as many as there are seeds. */
  readonly last?: number
  /** Why it cannot run on this machine, as a sentence. */
  readonly obstacle?: () => Promise<string | undefined>
  /** Throws when a promise is broken. `directory` is empty, on a real disk, and removed afterwards. */
  readonly tryCase: (seed: number, directory: string) => Promise<Counts>
}

/** What a case came to, by what was counted: `{ 'acknowledged records': 120 }`. Summed over all cases. */
export type Counts = Readonly<Record<string, number>>

/** Some cases, and what came of them. */
export interface Tally {
  readonly cases: number
  readonly counts: Counts
}

export const NO_TALLY: Tally = { cases: 0, counts: {} }

/** A case that broke a promise. */
export interface Breach {
  readonly seed: number
  /** What was found, and where: the error and its stack. */
  readonly found: string
}

export function sumOf(tally: Tally, other: Tally): Tally {
  const counts: Record<string, number> = { ...tally.counts }
  for (const [name, count] of Object.entries(other.counts)) {
    counts[name] = (counts[name] ?? 0) + count
  }
  return { cases: tally.cases + other.cases, counts }
}
