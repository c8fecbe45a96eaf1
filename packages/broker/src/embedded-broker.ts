import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import type * as model from '@millrace/model/broker'
import type { BrokerMetrics } from '@millrace/model/broker-metrics'
import type * as consumerGroup from '@millrace/model/consumer-group'
import type { SchemaRegistryApi } from '@millrace/model/schema-registry'
import type * as shareGroup from '@millrace/model/share-group'
import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { DatumReaders } from '@millrace/model/schema-setting'
import type { StorageConfig } from '@millrace/storage/config'
import type { BrokerConfig } from './config.ts'
import { fetch } from './fetch.ts'
import { pollGroup } from './group-poll.ts'
import { deleteGroup, describeGroup, leaveGroup, listGroups } from './groups.ts'
import type { Housekeeping } from './housekeeping.ts'
import { findOffset } from './list-offsets.ts'
import { datumReaders } from './datum-readers.ts'
import { redrive } from './redrive.ts'
import { type BrokerLogger, NO_LOGGER } from './logger.ts'
import { committedOffsets, commitOffsets, deleteOffsets, offsetHistory } from './offset-commit.ts'
import { resetOffsets } from './offset-reset.ts'
import { type OpenedBroker, openParts } from './open-parts.ts'
import type { BrokerParts } from './parts.ts'
import { produceBatches, produceRecords } from './produce.ts'
import { listShareGroups, putShareGroup, removeShareGroup } from './share-administration.ts'
import { metricsOf, statusOf } from './status.ts'
import { describe, logOf, stateOf } from './topic.ts'
import {
  alterTopic,
  createTopic,
  deleteTopic,
  listTopics,
  trimPartition,
  type WantedTopic,
} from './topics.ts'

export interface EmbeddedBrokerConfig {
  readonly broker: BrokerConfig
  readonly storage: StorageConfig
}

/** The broker over the log engine of this process. Owns the data directory. */
export class EmbeddedBroker implements model.Broker, AsyncDisposable {
  readonly #opened: OpenedBroker
  readonly #parts: BrokerParts
  readonly #housekeeping: Housekeeping
  #closing: Promise<void> | undefined

  /**
   * Ready to serve when it resolves: recovery is behind it. DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_NEWER,
   * DATA_DIRECTORY_DAMAGED, NOT_A_DATA_DIRECTORY.
   */
  static async open(
    disk: Disk,
    directory: string,
    clock: Clock,
    config: EmbeddedBrokerConfig,
    logger: BrokerLogger = NO_LOGGER,
  ): Promise<EmbeddedBroker> {
    return new EmbeddedBroker(await openParts(disk, directory, clock, config, logger))
  }

  private constructor(opened: OpenedBroker) {
    this.#opened = opened
    this.#parts = opened.parts
    this.#housekeeping = opened.housekeeping
  }

  /** Resolves when a sync or a write to the journal failed: nothing more is accepted. Otherwise never. */
  get failed(): Promise<LogError> {
    return this.#parts.storage.failed
  }

  get schemas(): SchemaRegistryApi {
    return this.#parts.schemas
  }

  async listTopics(page: model.TopicPageRequest): Promise<model.TopicPage> {
    return listTopics(this.#parts, page)
  }

  async describeTopic(topic: string): Promise<model.TopicDescription> {
    return describe(this.#parts.topics.get(topic))
  }

  createTopic(topic: string, wanted: WantedTopic): ReturnType<model.Broker['createTopic']> {
    return createTopic(this.#parts, topic, wanted)
  }

  alterTopic(topic: string, change: WantedTopic): ReturnType<model.Broker['alterTopic']> {
    return alterTopic(this.#parts, topic, change)
  }

  deleteTopic(topic: string): Promise<void> {
    return deleteTopic(this.#parts, topic)
  }

  trimPartition(topic: string, partition: number, beforeOffset: Offset): Promise<Offset> {
    return trimPartition(this.#parts, topic, partition, beforeOffset)
  }

  produceRecords(
    topic: string,
    records: readonly model.RecordToProduce[],
    options: model.ProduceOptions,
  ): Promise<model.ProducedRecords> {
    return produceRecords(this.#parts, topic, records, options)
  }

  produceBatches(
    topic: string,
    partition: number,
    batches: Uint8Array,
    options: model.ProduceOptions,
  ): Promise<model.ProducedRanges> {
    return produceBatches(this.#parts, topic, partition, batches, options)
  }

  allocateProducerId(): Promise<number> {
    return this.#parts.producerIds.allocate()
  }

  fetch(request: model.FetchRequest): Promise<model.FetchedBatches> {
    return fetch(this.#parts, request)
  }

  datumReaders(topic: string, choice: model.SchemaChoice): DatumReaders {
    return datumReaders(this.#parts, topic, choice)
  }

  hasKeySchema(topic: string): boolean {
    return (this.#parts.topics.find(topic)?.config.keySchema ?? null) !== null
  }

  async findOffset(topic: string, partition: number, spec: model.OffsetSpec): Promise<Offset> {
    return findOffset(logOf(this.#parts.topics.get(topic), partition), spec)
  }

  partitionState(topic: string, partition: number): model.PartitionState {
    return stateOf(logOf(this.#parts.topics.get(topic), partition), partition)
  }

  commitOffsets(
    group: string,
    commits: readonly model.OffsetToCommit[],
    member?: model.GroupMember,
  ): Promise<void> {
    return commitOffsets(this.#parts, group, commits, member)
  }

  committedOffsets(
    group: string,
    filter: { readonly topic?: string },
  ): Promise<readonly model.CommittedOffset[]> {
    return committedOffsets(this.#parts, group, filter)
  }

  resetOffsets(group: string, reset: model.OffsetReset): Promise<readonly model.OffsetMove[]> {
    return resetOffsets(this.#parts, group, reset)
  }

  offsetHistory(
    group: string,
    filter: model.OffsetHistoryFilter,
  ): Promise<model.OffsetHistoryPage> {
    return offsetHistory(this.#parts, group, filter)
  }

  deleteOffsets(group: string, filter: { readonly topic?: string }): Promise<void> {
    return deleteOffsets(this.#parts, group, filter)
  }

  async listGroups(page: {
    readonly limit: number
    readonly after?: string
  }): Promise<consumerGroup.GroupPage> {
    return listGroups(this.#parts, page)
  }

  describeGroup(group: string): Promise<consumerGroup.GroupDescription> {
    return describeGroup(this.#parts, group)
  }

  deleteGroup(group: string): Promise<void> {
    return deleteGroup(this.#parts, group)
  }

  pollGroup(
    group: string,
    request: consumerGroup.GroupPollRequest,
  ): Promise<consumerGroup.GroupPoll> {
    return pollGroup(this.#parts, group, request)
  }

  leaveGroup(group: string, memberId: string): Promise<void> {
    return leaveGroup(this.#parts, group, memberId)
  }

  async listShareGroups(page: {
    readonly limit: number
    readonly after?: string
  }): Promise<shareGroup.ShareGroupPage> {
    return listShareGroups(this.#parts, page)
  }

  async describeShareGroup(group: string): Promise<shareGroup.ShareGroupDescription> {
    return this.#parts.shares.describe(group)
  }

  putShareGroup(
    group: string,
    input: shareGroup.ShareGroupInput,
  ): ReturnType<model.Broker['putShareGroup']> {
    return putShareGroup(this.#parts, group, input)
  }

  deleteShareGroup(group: string): Promise<void> {
    return removeShareGroup(this.#parts, group)
  }

  async acquire(group: string, request: shareGroup.AcquireRequest): Promise<shareGroup.Acquired> {
    return this.#parts.shares.get(group).acquire(request)
  }

  async endWaits(group: string, consumer: string): Promise<void> {
    this.#parts.shares.get(group).endWaits(consumer)
  }

  async acknowledge(
    group: string,
    acknowledgements: readonly shareGroup.Acknowledgement[],
  ): Promise<readonly shareGroup.Acknowledged[]> {
    return this.#parts.shares.get(group).acknowledge(acknowledgements)
  }

  async redrive(group: string, request: shareGroup.RedriveRequest): Promise<shareGroup.Redriven> {
    return redrive(this.#parts, group, request)
  }

  status(): model.BrokerStatus {
    return statusOf(this.#opened)
  }

  metrics(): BrokerMetrics {
    return metricsOf(this.#opened)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const { waits, groups, shares, storage } = this.#parts
    waits.stop()
    groups.stop()
    shares.stop()
    try {
      // At once: from the call on, no more is taken.
      await Promise.all([this.#housekeeping.stop(), storage.close()])
    } finally {
      // Though it was opened later: the storage's last checkpoint still writes to it.
      await this.#opened.index.close()
    }
  }
}
