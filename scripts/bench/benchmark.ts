/** One thing that is measured, in a process of its own. A file in `benchmarks/` exports one. */
export interface Benchmark {
  readonly name: string
  /** What is measured, and what it is measured beside, in a sentence or two for `docs/benchmarks.md`. */
  readonly about: string
  readonly run: (setting: Setting) => Promise<Measurement>
}

/** How long and where. */
export interface Setting {
  /** A slice: how long one contender runs before it is the other's turn. */
  readonly sliceSeconds: number
  /** How often each has its turn. */
  readonly rounds: number
  /** How much data the benchmarks of memory and of large partitions move, in bytes. */
  readonly bulkBytes: number
  /** Empty, on the disk to be measured; removed afterwards. */
  readonly directory: string
}

export interface Measurement {
  /** What was seen, a line each: already with its unit. */
  readonly figures: readonly Figure[]
  /** Where a target is set: whether it was reached. */
  readonly verdicts: readonly Verdict[]
}

export interface Figure {
  readonly label: string
  readonly value: string
}

export interface Verdict {
  /** Such as `at least 0.5 of the slower of both`. */
  readonly target: string
  readonly measured: string
  readonly isReached: boolean
}

/** A measurement as it is kept. */
export interface Result extends Measurement {
  readonly name: string
  readonly about: string
  readonly commit: string
  readonly date: string
  readonly command: string
  readonly machine: string
}
