import type { GroupPoll } from '@millrace/http-api/group-poll'
import type { Connection } from './connection.ts'
import { type GroupAnswer, readGroupAnswer } from './group-answer.ts'
import { createGroups } from './groups.ts'
import { attempt, pathOf } from './http.ts'
import { GROUP_BATCHES } from './media-type.ts'
import { MillraceError } from './millrace-error.ts'
import { withRetries } from './retry.ts'

export interface MembershipOptions {
  readonly group: string
  readonly topics: readonly string[]
  /** A static member's name. */
  readonly instanceId: string | undefined
  readonly commit: 'auto' | 'none'
  readonly start: 'earliest' | 'latest'
  readonly maxRecords: number
  readonly maxBytes: number
  readonly waitMs: number
}

/** Partitions, topic by topic. */
export type Assignment = GroupAnswer['assignment']

/** One member of a group, as the server knows it: by the cursor of its last answer. */
export class GroupMembership {
  readonly #connection: Connection
  readonly #options: MembershipOptions
  #memberId: string = crypto.randomUUID()
  #last: GroupAnswer | undefined
  /** It may have joined, though no answer said so. */
  #hasAsked = false

  constructor(connection: Connection, options: MembershipOptions) {
    this.#connection = connection
    this.#options = options
  }

  get memberId(): string {
    return this.#last?.memberId ?? this.#memberId
  }

  get memberEpoch(): number | undefined {
    return this.#last?.memberEpoch
  }

  get assignment(): Assignment {
    return this.#last?.assignment ?? []
  }

  get heartbeatIntervalMs(): number | undefined {
    return this.#last?.heartbeatIntervalMs
  }

  /** What came before is processed; waits for more. Joins where there is no cursor yet. UNKNOWN_MEMBER. */
  async poll(signal: AbortSignal): Promise<GroupAnswer> {
    const { maxRecords, waitMs } = this.#options
    return this.#send({ maxRecords, waitMs }, signal)
  }

  /** A sign of life, while what came is worked on. None before it has joined. */
  async beat(signal: AbortSignal): Promise<GroupAnswer | undefined> {
    return this.#last === undefined ? undefined : this.#send({ maxRecords: 0, waitMs: 0 }, signal)
  }

  /** Another member from now on, which has yet to join: the server knows this one no more. */
  forget(): void {
    this.#last = undefined
    this.#hasAsked = false
    this.#memberId = crypto.randomUUID()
  }

  /** Its partitions go to the others at once. */
  async leave(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#hasAsked) return
    const { group } = this.#options
    const { memberId } = this
    this.forget()
    try {
      await createGroups(this.#connection).leave(group, memberId, { signal })
    } catch (error) {
      // It had left already: by its silence, or in an attempt whose answer was lost.
      if (!isGone(error)) throw error
    }
  }

  async #send(
    what: { readonly maxRecords: number; readonly waitMs: number },
    signal: AbortSignal,
  ): Promise<GroupAnswer> {
    const { group, topics, instanceId, commit, start, maxBytes } = this.#options
    const cursor = this.#last?.cursor ?? null
    const joining = { memberId: this.#memberId, instanceId }
    this.#hasAsked = true
    // By name each time: a topic that was deleted and made again is another one.
    const poll: GroupPoll = { ...what, topics: [...topics], commit, start, maxBytes, cursor }
    const request = {
      method: 'POST',
      path: pathOf`/v1/groups/${group}/poll`,
      headers: { accept: GROUP_BATCHES, 'content-type': 'application/json' },
      body: JSON.stringify(cursor === null ? { ...poll, ...joining } : poll),
      waitMs: what.waitMs,
      signal,
    } as const
    const deadlineMs = performance.now() + this.#connection.retryForMs
    // The cursor says what is processed: to say it twice is to say it once.
    const bytes = await withRetries({ deadlineMs, isIdempotent: true, signal }, async () =>
      attempt(this.#connection, request, async (response) => response.arrayBuffer()),
    )
    const answer = await readGroupAnswer(this.#connection, new Uint8Array(bytes), signal)
    this.#last = answer
    return answer
  }
}

/** The server does not know the member, or the group, any more. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof MillraceError)) return false
  return error.code === 'UNKNOWN_MEMBER' || error.code === 'UNKNOWN_GROUP'
}

/** What the member knew counts no more: it is gone, another took its place, or the group was moved. */
export function isOver(error: unknown): boolean {
  return isGone(error) || (error instanceof MillraceError && error.code === 'FENCED_MEMBER_EPOCH')
}
