import type { GroupPoll, GroupPollRequest, TopicPartitions } from '@millrace/model/consumer-group'
import type { Offset } from '@millrace/model/offset'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { recordsIn } from './open-broker.ts'

/** A member of a group as a client is one: it keeps the cursor of its last answer, and nothing else. */
export class GroupMember {
  readonly #broker: EmbeddedBroker
  readonly #group: string
  readonly #joining: Partial<GroupPollRequest>
  /** Of the last answer; null before it has joined. */
  cursor: string | null = null
  memberId = ''
  memberEpoch = 0

  constructor(broker: EmbeddedBroker, group: string, joining: Partial<GroupPollRequest> = {}) {
    this.#broker = broker
    this.#group = group
    this.#joining = { topics: ['t'], ...joining }
  }

  /** Takes at most `maxRecords` of what comes. */
  async poll(request: Partial<GroupPollRequest> = {}): Promise<Polled> {
    const { cursor } = this
    const poll = await this.#broker.pollGroup(this.#group, {
      cursor,
      commit: 'auto',
      start: 'earliest',
      maxRecords: 500,
      maxBytes: 65_536,
      waitMs: 0,
      ...(cursor === null ? this.#joining : {}),
      ...request,
    })
    return this.#take(poll, request.maxRecords ?? 500)
  }

  #take(poll: GroupPoll, maxRecords: number): Polled {
    const values: string[] = []
    const nextOffsets: Offset[] = []
    const byPartition = new Map<number, readonly string[]>()
    for (const { partition, offset: from, batches } of poll.fetched) {
      const readable = recordsIn(batches.pieces).filter(({ offset }) => offset >= from)
      const taken = readable.slice(0, maxRecords - values.length)
      if (taken.length === 0) break
      const own = taken.map(({ value }) => Buffer.from(value ?? []).toString())
      byPartition.set(partition, own)
      values.push(...own)
      const next =
        taken.length === readable.length ? batches.nextOffset : readable[taken.length]!.offset
      nextOffsets.push(next)
    }
    this.cursor = poll.cursorAt(nextOffsets)
    this.memberId = poll.memberId
    this.memberEpoch = poll.memberEpoch
    const { assignment, revoked, skipped } = poll
    return { values, byPartition, reads: listOf(assignment), revoked: listOf(revoked), skipped }
  }
}

export interface Polled {
  readonly values: readonly string[]
  readonly byPartition: ReadonlyMap<number, readonly string[]>
  /** As `t-0`, here and there. */
  readonly reads: readonly string[]
  readonly revoked: readonly string[]
  readonly skipped: GroupPoll['skipped']
}

function listOf(places: readonly TopicPartitions[]): readonly string[] {
  return places.flatMap(({ topic, partitions }) => partitions.map((each) => `${topic}-${each}`))
}
