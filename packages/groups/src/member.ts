import type { TopicPartition } from './topic-partition.ts'

/** Who reads some of the partitions. */
export interface Member {
  readonly memberId: string
  /** A static member: who comes back under this name goes on as the same member. */
  readonly instanceId: string | undefined
  /** When it joined, or joined again. Whatever has an older epoch comes from a life before. */
  readonly joinedEpoch: number
  /** What it wants to read. */
  readonly topicIds: readonly string[]
  /** What it shall have. */
  readonly target: ReadonlySet<TopicPartition>
  /** What it has. Nobody else gets one of these before it is let go. */
  readonly held: ReadonlyMap<TopicPartition, Holding>
}

export interface Holding {
  /** An offset that the member learnt in an earlier epoch says nothing about this partition. */
  readonly sinceEpoch: number
  /** When the member was told to let go. A later word of its own, with that epoch or a newer one, does so. */
  readonly revokedEpoch?: number
}

/** It has all that it shall have, and nothing else. */
export function isSettled({ target, held }: Member): boolean {
  if (held.size !== target.size) return false
  for (const [key, { revokedEpoch }] of held) {
    if (revokedEpoch !== undefined || !target.has(key)) return false
  }
  return true
}
