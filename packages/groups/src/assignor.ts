import { Share } from './share.ts'
import { parseTopicPartition, type PartitionCount, type TopicPartition } from './topic-partition.ts'

/** Who wants which topics, and what it was to have so far. */
export interface Candidate {
  readonly memberId: string
  readonly topicIds: readonly string[]
  readonly target: ReadonlySet<TopicPartition>
}

/**
 * What each member shall have. Every partition of a topic that anybody wants has one owner, who wants it; the
 * counts are as even as the wishes allow (no chain of moves makes two of them more alike); and, as far as that
 * goes, partitions stay where they were. The same question has the same answer.
 *
 * Moving one partition along the shortest chain from a fuller to an emptier member, until there is none, ends at the
 * most even assignment: N. Harvey et al., "Semi-matchings for bipartite graphs and load balancing" (2006).
 */
export function assign(
  candidates: readonly Candidate[],
  partitionCount: PartitionCount,
): ReadonlyMap<string, ReadonlySet<TopicPartition>> {
  const sorted = [...candidates].sort((one, other) => (one.memberId < other.memberId ? -1 : 1))
  const shares = sorted.map(({ memberId, topicIds }) => new Share(memberId, topicIds))
  const wishes = membersByTopic(shares)
  const kept = keepTargets(shares, sorted, partitionCount)
  // Where few want a topic, there is least to choose.
  const topics = [...wishes].sort(([, some], [, others]) => some.length - others.length)
  for (const [topicId, members] of topics) {
    for (let partition = 0; partition < partitionCount(topicId); partition++) {
      if (!kept.has(`${topicId}/${partition}`)) emptiest(members).add(topicId, partition)
    }
  }
  // Each round moves one partition; the sum of the squares of the counts falls, so there is a last one.
  while (evenOut(shares, wishes)) continue
  return new Map(shares.map((share) => [share.memberId, share.keys()]))
}

type Wishes = ReadonlyMap<string, readonly Share[]>

function membersByTopic(shares: readonly Share[]): Wishes {
  const wishes = new Map<string, Share[]>()
  for (const share of shares) {
    for (const topicId of share.topicIds) {
      const members = wishes.get(topicId)
      if (members === undefined) wishes.set(topicId, [share])
      else members.push(share)
    }
  }
  return wishes
}

/** Each keeps what it was to have, where that is still there and still wanted. Answers with what is taken so. */
function keepTargets(
  shares: readonly Share[],
  candidates: readonly Candidate[],
  partitionCount: PartitionCount,
): ReadonlySet<string> {
  const kept = new Set<string>()
  for (const [index, share] of shares.entries()) {
    for (const key of candidates[index]?.target ?? []) {
      const { topicId, partition } = parseTopicPartition(key)
      const isThere = share.topicIds.has(topicId) && partition < partitionCount(topicId)
      if (!isThere || kept.has(key)) continue
      share.add(topicId, partition)
      kept.add(key)
    }
  }
  return kept
}

function emptiest(shares: readonly Share[]): Share {
  return shares.reduce((least, share) => (share.count < least.count ? share : least))
}

/**
 * One partition less for the fullest member from which a chain of moves ends at one with two less. False when there is
 * no such chain.
 */
function evenOut(shares: readonly Share[], wishes: Wishes): boolean {
  const byFullness = [...shares].sort((one, other) => other.count - one.count)
  const least = byFullness.at(-1)?.count ?? 0
  // From a member that reaches nobody emptier, nobody reaches anybody emptier by way of it.
  const seen = new Set<Share>()
  for (const fuller of byFullness) {
    if (fuller.count < least + 2) return false
    const chain = findChain(fuller, wishes, seen)
    if (chain === undefined) continue
    for (const { from, to, topicId } of chain) to.add(topicId, from.take(topicId))
    return true
  }
  return false
}

interface Move {
  readonly from: Share
  readonly to: Share
  readonly topicId: string
}

/** The shortest: breadth first, from a member to those that want what it has, to the emptiest of the nearest. */
function findChain(start: Share, wishes: Wishes, seen: Set<Share>): readonly Move[] | undefined {
  const cameBy = new Map<Share, Move>()
  seen.add(start)
  for (let level: Share[] = [start]; level.length > 0;) {
    const next: Share[] = []
    for (const move of level.flatMap((from) => movesFrom(from, wishes))) {
      if (seen.has(move.to)) continue
      seen.add(move.to)
      cameBy.set(move.to, move)
      next.push(move.to)
    }
    const end = next.length === 0 ? undefined : emptiest(next)
    if (end !== undefined && end.count <= start.count - 2) return chainTo(end, start, cameBy)
    level = next
  }
  return undefined
}

function movesFrom(from: Share, wishes: Wishes): readonly Move[] {
  return [...from.topics()].flatMap((topicId) =>
    (wishes.get(topicId) ?? []).map((to) => ({ from, to, topicId })),
  )
}

/** From its end back to its beginning: who is to get one has given one away before, or is the end. */
function chainTo(end: Share, start: Share, cameBy: ReadonlyMap<Share, Move>): readonly Move[] {
  const chain: Move[] = []
  for (let at = end; at !== start;) {
    const move = cameBy.get(at)
    if (move === undefined) break
    chain.push(move)
    at = move.from
  }
  return chain
}
