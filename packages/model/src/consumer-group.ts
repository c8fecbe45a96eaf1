/** Consumer groups, as the `Broker` interface shows them. */
import type { CommittedOffset, FetchedBatches } from './broker.ts'
import type { Offset } from './offset.ts'

export interface GroupPage {
  readonly groups: readonly { readonly group: string; readonly state: GroupState }[]
  readonly next?: string
}

/** `Reconciling`: some member has not let go yet of what it shall not have, or not got what it shall have. */
export type GroupState = 'Empty' | 'Reconciling' | 'Stable'

export interface GroupDescription {
  readonly group: string
  readonly state: GroupState
  readonly epoch: number
  readonly members: readonly GroupMemberDescription[]
  readonly offsets: readonly CommittedOffset[]
  readonly lag: number
  readonly lagMs: number
}

export interface GroupMemberDescription {
  readonly memberId: string
  /** Null: not a static member. */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  /** What it reads. */
  readonly assignment: readonly TopicPartitions[]
  /** What it was told to let go of, and has not yet. */
  readonly revoked: readonly TopicPartitions[]
}

export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface GroupPollRequest {
  /** Of the last answer, as it came; null joins. */
  readonly cursor: string | null
  /** Needed to join; later only to read something else. */
  readonly topics?: readonly string[] | undefined
  /** `auto`: what came with the cursor is processed, and committed before more is fetched. */
  readonly commit: 'auto' | 'none'
  /** Where a group begins in a topic in which it has not committed yet. */
  readonly start: 'earliest' | 'latest'
  /** The caller takes so many at most. 0: a sign of life, which says nothing of what is processed. */
  readonly maxRecords: number
  readonly maxBytes: number
  readonly waitMs: number
  /** A static member's name, and a joining member's own choice of its id. */
  readonly instanceId?: string | undefined
  readonly memberId?: string | undefined
  /** Ends the wait: the answer is what there is. */
  readonly signal?: AbortSignal | undefined
}

export interface GroupPoll {
  readonly memberId: string
  readonly memberEpoch: number
  readonly assignment: readonly TopicPartitions[]
  /** To let go of: the next poll, unless it is a sign of life, says that this is done. */
  readonly revoked: readonly TopicPartitions[]
  /** Records that are gone, and should have come next. */
  readonly skipped: readonly SkippedOffsets[]
  /** In the order in which they are to be served. */
  readonly fetched: readonly GroupFetch[]
  readonly heartbeatIntervalMs: number
  /** For an answer with the records of the first of `fetched`, up to one offset each, exclusive. */
  cursorAt(nextOffsets: readonly Offset[]): string
}

export interface SkippedOffsets {
  readonly topic: string
  readonly partition: number
  readonly from: Offset
  readonly to: Offset
}

export interface GroupFetch {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
  readonly batches: FetchedBatches
}
