import type { ShareLag } from './share-group.ts'

/** Counts and gauges at one moment. */
export interface BrokerMetrics {
  readonly produce: {
    readonly appends: number
    readonly records: number
    readonly bytes: number
    readonly refused: number
  }
  readonly fetch: { readonly requests: number; readonly bytes: number; readonly waiting: number }
  readonly flush: { readonly syncs: number; readonly syncSeconds: readonly number[] }
  readonly storage: {
    readonly pendingBytes: number
    readonly waitingBytes: number
    readonly checkpoints: number
    readonly journalBytesUsed: number
    readonly journalBytesMax: number
    readonly logBytes: number
    readonly segments: number
    readonly topics: number
    readonly partitions: number
  }
  /** Consumer groups that have members. */
  readonly groups: {
    readonly groups: number
    readonly members: number
    /** Groups in which a partition is on its way from one member to another. */
    readonly reconciling: number
  }
  readonly shares: {
    /** Share groups there are. */
    readonly groups: number
    /** Records that consumers have now. */
    readonly acquired: number
    /** Acquires that wait for records. */
    readonly waiting: number
  }
  readonly lag: readonly {
    readonly group: string
    readonly topic: string
    readonly partition: number
    readonly lag: number
    readonly lagMs: number
  }[]
  readonly shareLag: readonly ShareLag[]
}
