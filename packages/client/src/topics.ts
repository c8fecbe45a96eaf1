import type {
  AlteredTopic,
  TopicConfigInput,
  TopicDescription,
  TopicPage,
  TrimmedPartition,
} from '@millrace/http-api/topics'
import { call, callForNothing } from './call.ts'
import type { Connection } from './connection.ts'
import { pathOf, type CallOptions } from './http.ts'
import { itemsOfPages, PAGE_LIMIT } from './pages.ts'

export type TopicSummary = TopicPage['topics'][number]

export interface TopicInput {
  readonly partitions?: number
  /** Null takes a setting back to its default. */
  readonly config?: TopicConfigInput
}

export interface Topics {
  /** As it is now; TOPIC_EXISTS when it was there and is otherwise than asked. */
  create(topic: string, wanted?: TopicInput & CallOptions): Promise<TopicDescription>
  /** In the order of their names. */
  list(filter?: { readonly prefix?: string } & CallOptions): AsyncIterable<TopicSummary>
  describe(topic: string, options?: CallOptions): Promise<TopicDescription>
  /** `warnings` says what the change means for the data there is: more partitions remap keys. */
  alter(topic: string, change: TopicInput & CallOptions): Promise<AlteredTopic>
  /** Its records and committed offsets go with it. */
  delete(topic: string, options?: CallOptions): Promise<void>
  /** Records before `beforeOffset` can no longer be read. Answers with the earliest offset that can. */
  trim(
    topic: string,
    partition: number,
    beforeOffset: number,
    options?: CallOptions,
  ): Promise<number>
}

export function createTopics(connection: Connection): Topics {
  return Object.freeze({
    async create(topic, { signal, ...json } = {}) {
      return call<TopicDescription>(connection, {
        method: 'PUT',
        path: pathOf`/v1/topics/${topic}`,
        json,
        isIdempotent: true,
        signal,
      })
    },
    list({ prefix, signal } = {}) {
      return itemsOfPages(async (after) => {
        const { topics, next } = await call<TopicPage>(connection, {
          method: 'GET',
          path: '/v1/topics',
          query: { prefix, after, limit: PAGE_LIMIT },
          isIdempotent: true,
          signal,
        })
        return { items: topics, next }
      })
    },
    async describe(topic, { signal } = {}) {
      return call<TopicDescription>(connection, {
        method: 'GET',
        path: pathOf`/v1/topics/${topic}`,
        isIdempotent: true,
        signal,
      })
    },
    async alter(topic, { signal, ...json }) {
      return call<AlteredTopic>(connection, {
        method: 'PATCH',
        path: pathOf`/v1/topics/${topic}`,
        json,
        isIdempotent: true,
        signal,
      })
    },
    async delete(topic, { signal } = {}) {
      // Asked again it would say that there is no such topic.
      await callForNothing(connection, {
        method: 'DELETE',
        path: pathOf`/v1/topics/${topic}`,
        isIdempotent: false,
        signal,
      })
    },
    async trim(topic, partition, beforeOffset, { signal } = {}) {
      const { logStartOffset } = await call<TrimmedPartition>(connection, {
        method: 'POST',
        path: pathOf`/v1/topics/${topic}/partitions/${partition}/trim`,
        json: { beforeOffset },
        isIdempotent: true,
        signal,
      })
      return logStartOffset
    },
  } satisfies Topics)
}
