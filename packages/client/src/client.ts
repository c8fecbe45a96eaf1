import type { ServerStatus } from '@millrace/http-api/health'
import { type ConnectionOptions, createConnection } from './connection.ts'
import { Consumer, type ConsumerOptions } from './consumer.ts'
import { GroupConsumer, type GroupConsumerOptions } from './group-consumer.ts'
import { createGroups, type Groups } from './groups.ts'
import type { CallOptions } from './http.ts'
import { createOffsets, type Offsets } from './offsets.ts'
import { Producer, type ProducerOptions } from './producer.ts'
import { createSchemas, type Schemas } from './schemas.ts'
import { ShareConsumer, type ShareConsumerOptions } from './share-consumer.ts'
import { createShareGroups, type ShareGroups } from './share-groups.ts'
import { readStatus } from './status.ts'
import { createTopics, type Topics } from './topics.ts'

/** A Millrace server, as a program sees it. Holds nothing open; producers and consumers do, and are closed. */
export interface Client {
  readonly topics: Topics
  readonly offsets: Offsets
  readonly groups: Groups
  readonly shareGroups: ShareGroups
  /** The schema registry. Records of a schema are encoded and decoded by `@millrace/client/avro`. */
  readonly schemas: Schemas
  /** Its version and state, and how its data directory is. */
  status(options?: CallOptions): Promise<ServerStatus>
  producer(topic: string, options?: ProducerOptions): Producer
  /** A reader of one topic for itself. */
  consumer(topic: string, options?: ConsumerOptions): Consumer
  /** A member of a group, which shares the partitions of some topics among its members. */
  groupConsumer(
    group: string,
    topics: readonly string[],
    options?: GroupConsumerOptions,
  ): GroupConsumer
  /** One of those who share the records of a share group, each acknowledged for itself. */
  shareConsumer(group: string, options?: ShareConsumerOptions): ShareConsumer
}

export function createClient(url: string | URL, options: ConnectionOptions = {}): Client {
  const connection = createConnection(url, options)
  return Object.freeze({
    topics: createTopics(connection),
    offsets: createOffsets(connection),
    groups: createGroups(connection),
    shareGroups: createShareGroups(connection),
    schemas: createSchemas(connection),
    async status({ signal } = {}) {
      return readStatus(connection, signal)
    },
    producer: (topic, producerOptions) => new Producer(connection, topic, producerOptions),
    consumer: (topic, consumerOptions) => new Consumer(connection, topic, consumerOptions),
    groupConsumer: (group, topics, consumerOptions) =>
      new GroupConsumer(connection, group, topics, consumerOptions),
    shareConsumer: (group, consumerOptions) =>
      new ShareConsumer(connection, group, consumerOptions),
  } satisfies Client)
}
