import type {
  Acknowledgement,
  Redriven,
  ShareGroupDescription,
  ShareGroupInput,
  ShareGroupPage,
} from '@millrace/model/share-group'
import { call, callForNothing } from './call.ts'
import type { Connection } from './connection.ts'
import { pathOf, type CallOptions } from './http.ts'
import { itemsOfPages, PAGE_LIMIT } from './pages.ts'
import {
  acknowledge,
  type AcknowledgedReceipt,
  acquire,
  type AcquireAnswer,
  type AcquireOptions,
} from './share-acquire.ts'

export type ShareGroupSummary = ShareGroupPage['groups'][number]

/** What is left out takes its default, also when it was otherwise before. */
export interface ShareGroupSettings extends Omit<ShareGroupInput, 'deadLetter'> {
  /** Null, or left out: what is given up on is gone. `policy` is `skip` unless told otherwise. */
  readonly deadLetter?: { readonly topic: string; readonly policy?: 'skip' | 'park-key' } | null
}

/** Of one key, or of all. Text stands for its UTF-8, and for a key with a schema that is shown so, as `{"id":1}`. */
export type RedriveTarget = { readonly key: string | Uint8Array } | { readonly all: true }

export interface ShareGroups {
  /** In the order of their names. */
  list(options?: CallOptions): AsyncIterable<ShareGroupSummary>
  /** Its settings, how far it is in each partition, and who holds records; UNKNOWN_GROUP. */
  describe(group: string, options?: CallOptions): Promise<ShareGroupDescription>
  /** Makes it, or gives it these settings, all of them. */
  put(group: string, settings: ShareGroupSettings & CallOptions): Promise<ShareGroupDescription>
  /** With all that it knows of records; its dead letters stay where they are. */
  delete(group: string, options?: CallOptions): Promise<void>
  /** Dead letters come again, before newer records of their keys. While some are `left`, call again. */
  redrive(group: string, target: RedriveTarget, options?: CallOptions): Promise<Redriven>
  /** What `shareConsumer` does with more care: takes records, which are to be acknowledged or renewed in time. */
  acquire(group: string, options: AcquireOptions): Promise<AcquireAnswer>
  /** One answer for each, in order; on disk when it resolves. */
  acknowledge(
    group: string,
    acknowledgements: readonly Acknowledgement[],
    options?: CallOptions,
  ): Promise<readonly AcknowledgedReceipt[]>
}

export function createShareGroups(connection: Connection): ShareGroups {
  return Object.freeze({
    list({ signal } = {}) {
      return itemsOfPages(async (after) => {
        const { groups, next } = await call<ShareGroupPage>(connection, {
          method: 'GET',
          path: '/v1/share-groups',
          query: { after, limit: PAGE_LIMIT },
          isIdempotent: true,
          signal,
        })
        return { items: groups, next }
      })
    },
    describe: async (group, { signal } = {}) => describeShareGroup(connection, group, signal),
    async put(group, { signal, ...json }) {
      return call<ShareGroupDescription>(connection, {
        method: 'PUT',
        path: pathOf`/v1/share-groups/${group}`,
        json,
        isIdempotent: true,
        signal,
      })
    },
    async delete(group, { signal } = {}) {
      await callForNothing(connection, {
        method: 'DELETE',
        path: pathOf`/v1/share-groups/${group}`,
        isIdempotent: false,
        signal,
      })
    },
    async redrive(group, target, { signal } = {}) {
      return call<Redriven>(connection, {
        method: 'POST',
        path: pathOf`/v1/share-groups/${group}/redrive`,
        json: jsonOfTarget(target),
        // Done twice it is done once; asked again, it counts only what it then finds.
        isIdempotent: true,
        signal,
      })
    },
    acquire: async (group, options) => acquire(connection, group, options),
    acknowledge: async (group, acknowledgements, options) =>
      acknowledge(connection, group, acknowledgements, options),
  } satisfies ShareGroups)
}

export function describeShareGroup(
  connection: Connection,
  group: string,
  signal: AbortSignal | undefined,
): Promise<ShareGroupDescription> {
  const path = pathOf`/v1/share-groups/${group}`
  return call(connection, { method: 'GET', path, isIdempotent: true, signal })
}

function jsonOfTarget(target: RedriveTarget): object {
  if ('all' in target) return { all: true }
  const { key } = target
  if (typeof key === 'string') return { key }
  let units = ''
  for (const byte of key) units += String.fromCharCode(byte)
  return { keyBase64: btoa(units) }
}
