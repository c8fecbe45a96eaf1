import type { LaneKey } from './lane-key.ts'

/** What one consumer got in one call from one partition. Shared by its records: they are many. */
export interface Acquisition {
  /** Counts up in the partition: a receipt names it. */
  readonly number: number
  readonly consumer: string
  /** When they were handed out, and until when they are locked: milliseconds since the epoch. */
  readonly atMs: number
  readonly untilMs: number
  /** Ascending. */
  readonly offsets: readonly number[]
  /** How many of them are still out. */
  openCount: number
}

/** A record that was handed out at least once, and is not settled. */
export interface Delivery {
  /** How often, this time included; one that was taken back does not count. */
  count: number
  /** Who has it. */
  acquisition: Acquisition | undefined
  /** When nobody has it: not before. Infinity: it was rejected, and nobody gets it any more. */
  availableAtMs: number
  /** Found in the log, where it is known: not written down. */
  lane: LaneKey | undefined
}

/** A delivery that came to nothing. */
export interface FailedDelivery {
  readonly atMs: number
  readonly consumer: string
  readonly reason: string
}

/** The copy of a record that was given up on: in which log, and where. */
export interface Letter {
  readonly log: number
  readonly offset: number
  readonly lane: LaneKey | null
}

/** A copy that takes the place of its record again. */
export interface RedrivenLetter extends Letter {
  /** It came after its key was parked: it is handed out, though more of the key may be in the dead-letter topic. */
  isSpared: boolean
}
