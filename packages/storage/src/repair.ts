import type { Offset } from '@millrace/model/offset'

/** What is wrong with a data directory, and exactly what a repair would do. */
export interface RepairPlan {
  readonly directory: string
  /** None: nothing is to be done. */
  readonly problems: readonly RepairProblem[]
  readonly partitions: readonly PartitionRepair[]
}

export interface RepairProblem {
  readonly path: string
  /** A byte in that file. */
  readonly position: number
  readonly message: string
}

export interface PartitionRepair {
  /** The partition's directory below `topics/`. */
  readonly name: string
  /** Offsets whose records are gone; an empty batch will span each range. */
  readonly lost: readonly LostOffsets[]
}

export interface LostOffsets {
  readonly from: Offset
  /** Inclusive. */
  readonly to: Offset
}
