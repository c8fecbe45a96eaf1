import { type LaneKey, partitionOfLane } from './lane-key.ts'
import type { SharePartition } from './share-partition.ts'
import type { ShareTopic } from './share-parts.ts'

/**
 * Whether a record comes behind a growth of its topic, and what its key has before that, in the partition that it
 * belonged to then, is not settled yet. A growth that did not move the key changes nothing.
 */
export function isHeldUpByGrowth(
  { growths }: ShareTopic,
  partitions: readonly (SharePartition | undefined)[],
  at: { readonly partition: number; readonly offset: number; readonly lane: LaneKey },
): boolean {
  for (const { from, ends } of growths) {
    const isNew = at.partition >= from
    // Where the growth is, is not known yet: for a moment only.
    if (ends === undefined) return true
    if (!isNew && at.offset < (ends[at.partition] ?? 0)) return false
    const former = partitionOfLane(at.lane, from)
    if (former === at.partition) continue
    const isClear = partitions[former]?.isClearBefore(at.lane, ends[former] ?? 0) ?? true
    if (!isClear) return true
  }
  return false
}
