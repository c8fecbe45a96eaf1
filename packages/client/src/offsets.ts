import type {
  CommittedOffset,
  CommittedOffsetList,
  OffsetHistory,
  OffsetMoves,
} from '@millrace/http-api/offsets'
import { call, callForNothing } from './call.ts'
import type { Connection } from './connection.ts'
import { pathOf, type CallOptions } from './http.ts'
import { itemsOfPages, PAGE_LIMIT } from './pages.ts'

export interface OffsetCommit {
  readonly topic: string
  readonly partition: number
  /** The next offset that the group will read. */
  readonly offset: number
  /** The committer's own note. */
  readonly metadata?: string
}

export interface OffsetCommitOptions extends CallOptions {
  /** Who commits. Needed while the group has members: only they commit for it, what they read. */
  readonly member?: { readonly memberId: string; readonly memberEpoch: number }
}

/** Times: milliseconds since the epoch, or RFC 3339. */
export type OffsetTarget =
  | 'earliest'
  | 'latest'
  | { readonly offset: number }
  | { readonly timestamp: number | string }
  | { readonly shift: number }
  /** What the group had committed at that time. */
  | { readonly committedAt: number | string }

export interface OffsetResetOptions extends CallOptions {
  readonly to: OffsetTarget
  /** All of the topic when not said. */
  readonly partitions?: readonly number[]
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean
}

export type OffsetMove = OffsetMoves['offsets'][number]
export type OffsetHistoryEntry = OffsetHistory['commits'][number]

export interface OffsetHistoryOptions extends CallOptions {
  readonly topic?: string
  readonly partition?: number
}

/** A consumer group's committed offsets. */
export interface Offsets {
  /** All or nothing over the list; on disk when it resolves. Going back is allowed. */
  commit(
    group: string,
    commits: readonly OffsetCommit[],
    options?: OffsetCommitOptions,
  ): Promise<void>
  /** None, when the group never committed. */
  read(
    group: string,
    filter?: { readonly topic?: string } & CallOptions,
  ): Promise<readonly CommittedOffset[]>
  /** Moves a group's offsets in one topic, and answers with each move. */
  reset(group: string, topic: string, options: OffsetResetOptions): Promise<readonly OffsetMove[]>
  /** What was committed, when, by whom. Newest first. */
  history(group: string, options?: OffsetHistoryOptions): AsyncIterable<OffsetHistoryEntry>
  /** As if nothing had been committed, in one topic or in all. */
  delete(group: string, filter?: { readonly topic?: string } & CallOptions): Promise<void>
}

export function createOffsets(connection: Connection): Offsets {
  return Object.freeze({
    async commit(group, commits, { member, signal } = {}) {
      await callForNothing(connection, {
        method: 'POST',
        path: pathOf`/v1/groups/${group}/offsets`,
        json: { offsets: commits, ...member },
        isIdempotent: true,
        signal,
      })
    },
    async read(group, { topic, signal } = {}) {
      const { offsets } = await call<CommittedOffsetList>(connection, {
        method: 'GET',
        path: pathOf`/v1/groups/${group}/offsets`,
        query: { topic },
        isIdempotent: true,
        signal,
      })
      return offsets
    },
    async reset(group, topic, { signal, ...options }) {
      const { offsets } = await call<OffsetMoves>(connection, {
        method: 'POST',
        path: pathOf`/v1/groups/${group}/offsets/reset`,
        json: { topic, ...options },
        // A shift that was carried out and asked for again would go twice as far.
        isIdempotent: false,
        signal,
      })
      return offsets
    },
    history(group, { signal, ...filter } = {}) {
      return itemsOfPages(async (after) => {
        const { commits, next } = await call<OffsetHistory>(connection, {
          method: 'GET',
          path: pathOf`/v1/groups/${group}/offsets/history`,
          query: { ...filter, after, limit: PAGE_LIMIT },
          isIdempotent: true,
          signal,
        })
        return { items: commits, next }
      })
    },
    async delete(group, { topic, signal } = {}) {
      await callForNothing(connection, {
        method: 'DELETE',
        path: pathOf`/v1/groups/${group}/offsets`,
        query: { topic },
        isIdempotent: false,
        signal,
      })
    },
  } satisfies Offsets)
}
