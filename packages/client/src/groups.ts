import type { GroupDescription, GroupPage } from '@millrace/http-api/groups'
import { call, callForNothing } from './call.ts'
import type { Connection } from './connection.ts'
import { pathOf, type CallOptions } from './http.ts'
import { itemsOfPages, PAGE_LIMIT } from './pages.ts'

export type GroupSummary = GroupPage['groups'][number]

export interface Groups {
  /** In the order of their names. */
  list(options?: CallOptions): AsyncIterable<GroupSummary>
  /** Its members, committed offsets and lag; UNKNOWN_GROUP when it never had any. */
  describe(group: string, options?: CallOptions): Promise<GroupDescription>
  /** With its committed offsets. GROUP_NOT_EMPTY while it has members. */
  delete(group: string, options?: CallOptions): Promise<void>
  /** Takes a member out: its partitions go to the others at once. UNKNOWN_MEMBER. */
  leave(group: string, memberId: string, options?: CallOptions): Promise<void>
}

export function createGroups(connection: Connection): Groups {
  return Object.freeze({
    list({ signal } = {}) {
      return itemsOfPages(async (after) => {
        const { groups, next } = await call<GroupPage>(connection, {
          method: 'GET',
          path: '/v1/groups',
          query: { after, limit: PAGE_LIMIT },
          isIdempotent: true,
          signal,
        })
        return { items: groups, next }
      })
    },
    async describe(group, { signal } = {}) {
      return call<GroupDescription>(connection, {
        method: 'GET',
        path: pathOf`/v1/groups/${group}`,
        isIdempotent: true,
        signal,
      })
    },
    async delete(group, { signal } = {}) {
      await callForNothing(connection, {
        method: 'DELETE',
        path: pathOf`/v1/groups/${group}`,
        isIdempotent: false,
        signal,
      })
    },
    async leave(group, memberId, { signal } = {}) {
      await callForNothing(connection, {
        method: 'DELETE',
        path: pathOf`/v1/groups/${group}/members/${memberId}`,
        isIdempotent: false,
        signal,
      })
    },
  } satisfies Groups)
}
