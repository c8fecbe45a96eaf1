import type { Assignment, GroupDescription, GroupConsumer, ConsumedRecord } from '@millrace/client'
import { assignmentText } from '../group/assignment-text.ts'

/** The high watermark of each partition of a topic, when the reading began. */
export type Ends = ReadonlyMap<number, number>

/**
 * Whether there is nothing more for a member: it has got what it shall have, and the group has committed in that all
 * there was when it began. What is committed says it better than what was read: a log may end in what nobody gets.
 */
export function isCaughtUp(
  { state, members, offsets }: Pick<GroupDescription, 'state' | 'members' | 'offsets'>,
  topic: string,
  reading: { readonly memberId: string; readonly assignment: Assignment; readonly ends: Ends },
): boolean {
  const { memberId, assignment, ends } = reading
  if (state !== 'Stable') return false
  // What the member was told last may be old; it will hear of what it has.
  const own = members.find((member) => member.memberId === memberId)
  if (own === undefined || assignmentText(own.assignment) !== assignmentText(assignment))
    return false
  const committed = new Map<number, number>()
  for (const row of offsets) if (row.topic === topic) committed.set(row.partition, row.offset)
  const partitions = assignment.find((part) => part.topic === topic)?.partitions ?? []
  return partitions.every((index) => (committed.get(index) ?? -1) >= (ends.get(index) ?? 0))
}

/** The records of a member, until `isDone`: that is asked when the next one is waited for. */
export async function* untilDone(
  consumer: GroupConsumer,
  isDone: () => Promise<boolean>,
): AsyncGenerator<ConsumedRecord> {
  const turns = consumer[Symbol.asyncIterator]()
  try {
    for (;;) {
      const turn = turns.next()
      // Left waiting, it ends when the consumer is closed.
      turn.catch(() => undefined)
      while (!(await settlesWithin(ASK_EVERY_MS, turn))) if (await isDone()) return
      const { done, value } = await turn
      if (done === true) return
      yield value
    }
  } finally {
    await turns.return?.()
  }
}

const ASK_EVERY_MS = 200

async function settlesWithin(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, timeoutMs, false)
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
