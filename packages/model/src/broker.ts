/**
 * What an edge sees of Millrace. One implementation today, over the embedded log (`broker`); another,
 * over a Kafka cluster, is why it is an interface. Every method rejects with `LogError` for what a caller
 * can cause or must know; anything else that is thrown is a bug.
 */
import type { BrokerMetrics } from './broker-metrics.ts'
import type { GroupDescription, GroupPage, GroupPoll, GroupPollRequest } from './consumer-group.ts'
import type { Offset } from './offset.ts'
import type { RecordContent } from './record.ts'
import type { SchemaRegistryApi } from './schema-registry.ts'
import type { DatumReaders, SchemaName } from './schema-setting.ts'
import type {
  Acknowledged,
  Acknowledgement,
  Acquired,
  AcquireRequest,
  RedriveRequest,
  Redriven,
  ShareGroupDescription,
  ShareGroupInput,
  ShareGroupPage,
} from './share-group.ts'
import type { TopicConfig, TopicConfigInput } from './topic-config.ts'

export interface Broker {
  // Topics
  listTopics(page: TopicPageRequest): Promise<TopicPage>
  describeTopic(topic: string): Promise<TopicDescription>
  /** `created` is false when the topic was there and is what is asked; TOPIC_EXISTS when it is otherwise. */
  createTopic(
    topic: string,
    wanted: { readonly partitions?: number; readonly config?: TopicConfigInput },
  ): Promise<{ readonly topic: TopicDescription; readonly created: boolean }>
  /** Growing answers with a warning: keys are remapped. */
  alterTopic(
    topic: string,
    change: { readonly partitions?: number; readonly config?: TopicConfigInput },
  ): Promise<{ readonly topic: TopicDescription; readonly warnings: readonly string[] }>
  deleteTopic(topic: string): Promise<void>
  /** Records before `beforeOffset` can no longer be read. Answers with the new log start offset. */
  trimPartition(topic: string, partition: number, beforeOffset: Offset): Promise<Offset>

  // Produce: durable before it resolves; all of it or none, also over several partitions
  produceRecords(
    topic: string,
    records: readonly RecordToProduce[],
    options: ProduceOptions,
  ): Promise<ProducedRecords>
  /** `batches`: concatenated record batches (magic 2), stored as they are but for offset and epoch. */
  produceBatches(
    topic: string,
    partition: number,
    batches: Uint8Array,
    options: ProduceOptions,
  ): Promise<ProducedRanges>
  /** A producer id never given before, also across restarts; its epoch is 0. */
  allocateProducerId(): Promise<number>

  // Fetch
  /**
   * Whole batches at or after `offset`, below the high watermark. Control batches and batches of aborted
   * transactions are left out; the first batch may begin before `offset`. Waits, without polling, up to
   * `waitMs` for `minBytes`. OFFSET_OUT_OF_RANGE outside [logStartOffset, logEndOffset].
   */
  fetch(request: FetchRequest): Promise<FetchedBatches>
  findOffset(topic: string, partition: number, spec: OffsetSpec): Promise<Offset>
  /**
   * How to read a topic's keys and values: by the schema that each was written with or, where one is chosen, by that.
   * They follow the topic's settings; a topic that is not there has none. UNKNOWN_SCHEMA.
   */
  datumReaders(topic: string, choice: SchemaChoice): DatumReaders
  /** Whether the keys of a topic are JSON of any kind, as they have a schema. */
  hasKeySchema(topic: string): boolean
  /** Where the partition stands now. */
  partitionState(topic: string, partition: number): PartitionState

  // Committed offsets
  /** All or nothing over the list; on disk when it resolves. Offsets beyond the log end are refused. */
  commitOffsets(
    group: string,
    commits: readonly OffsetToCommit[],
    member?: GroupMember,
  ): Promise<void>
  committedOffsets(
    group: string,
    filter: { readonly topic?: string },
  ): Promise<readonly CommittedOffset[]>
  /** A group's offsets in one topic, moved. With `dryRun` nothing is; the answer is the same. */
  resetOffsets(group: string, reset: OffsetReset): Promise<readonly OffsetMove[]>
  /** Newest first. */
  offsetHistory(group: string, filter: OffsetHistoryFilter): Promise<OffsetHistoryPage>
  deleteOffsets(group: string, filter: { readonly topic?: string }): Promise<void>
  listGroups(page: { readonly limit: number; readonly after?: string }): Promise<GroupPage>
  /** UNKNOWN_GROUP when it never committed and never had a member. */
  describeGroup(group: string): Promise<GroupDescription>
  /** With its committed offsets. GROUP_NOT_EMPTY while it has members. */
  deleteGroup(group: string): Promise<void>
  /**
   * Joins, is heard of, commits, lets go and fetches: all that a member of a group does. INVALID_REQUEST for a cursor
   * that is none, UNKNOWN_MEMBER and FENCED_MEMBER_EPOCH for one that is over.
   */
  pollGroup(group: string, request: GroupPollRequest): Promise<GroupPoll>
  /** Its partitions go to the others at once. UNKNOWN_GROUP, UNKNOWN_MEMBER. */
  leaveGroup(group: string, memberId: string): Promise<void>

  // Share groups. UNKNOWN_GROUP where there is none of that name
  listShareGroups(page: {
    readonly limit: number
    readonly after?: string
  }): Promise<ShareGroupPage>
  describeShareGroup(group: string): Promise<ShareGroupDescription>
  /** Makes it, or gives it other settings. INVALID_REQUEST for settings that contradict each other. */
  putShareGroup(
    group: string,
    input: ShareGroupInput,
  ): Promise<{ readonly group: ShareGroupDescription; readonly created: boolean }>
  /** With all that it knows of records; its dead letters stay where they are. */
  deleteShareGroup(group: string): Promise<void>
  /**
   * Acknowledges, then hands out records; waits for some without polling. All of it is on disk when it resolves.
   * INVALID_REQUEST, and nothing done, for a receipt that was not given to this group, or was changed.
   */
  acquire(group: string, request: AcquireRequest): Promise<Acquired>
  /** What waits for records under that name is answered now: with nothing, or with what is being handed out to it. */
  endWaits(group: string, consumer: string): Promise<void>
  /** One result for each, in order; on disk when it resolves. */
  acknowledge(
    group: string,
    acknowledgements: readonly Acknowledgement[],
  ): Promise<readonly Acknowledged[]>
  /** Dead letters come again, in their order, before newer records of their keys. */
  redrive(group: string, request: RedriveRequest): Promise<Redriven>

  readonly schemas: SchemaRegistryApi

  // Operation
  status(): BrokerStatus
  /** Counts and gauges at this moment, for the metrics page. */
  metrics(): BrokerMetrics
  /** Stops taking appends, lets those under way finish, writes everything behind, checkpoints. */
  close(): Promise<void>
}

export interface TopicPageRequest {
  readonly prefix?: string
  readonly limit: number
  /** The last name seen. */
  readonly after?: string
}

export interface TopicPage {
  readonly topics: readonly TopicSummary[]
  /** Present when there are more: the `after` of the next page. */
  readonly next?: string
}

export interface TopicSummary {
  readonly name: string
  /** A UUID, as 22 characters of base64url; another one when a topic is made again. */
  readonly id: string
  readonly partitions: number
  readonly internal: boolean
}

export interface TopicDescription {
  readonly name: string
  readonly id: string
  readonly internal: boolean
  readonly config: TopicConfig
  readonly partitions: readonly PartitionState[]
}

export interface PartitionState {
  readonly partition: number
  readonly logStartOffset: Offset
  readonly highWatermark: Offset
  readonly logEndOffset: Offset
  readonly segments: number
  readonly bytes: number
}

export interface RecordToProduce extends RecordContent {
  /** None: the key decides; no key: sticky batches. */
  readonly partition?: number
  /** What `key` has. `json` only for a topic whose keys have a schema. Left out: bytes, to be stored as they are. */
  readonly keyForm?: 'bytes' | 'text' | 'json'
  /** What `value` has: JSON is encoded where the values of the topic have a schema. Left out: bytes. */
  readonly valueForm?: 'bytes' | 'json'
}

export interface ProduceOptions extends SchemaChoice {
  /** LOG_END_OFFSET_MISMATCH unless the partition ends there. Needs every record in one explicit partition. */
  readonly expectedLogEndOffset?: Offset
  readonly idempotency?: Idempotency
}

/** What makes a retry of a whole request recognizable (`Idempotency-Key`). */
export interface Idempotency {
  readonly key: string
  /** The chunk of a stream, from 0; a body in one piece is chunk 0. */
  readonly chunk: number
  /** A hash of the bytes that the client sent for this chunk. */
  readonly bodyHash: Uint8Array
}

/** The schemas to use; left out, those of the topic. */
export interface SchemaChoice {
  readonly keySchema?: SchemaName
  readonly valueSchema?: SchemaName
}

export interface ProducedRecords {
  /** One a record, in order. */
  readonly records: readonly { readonly partition: number; readonly offset: Offset }[]
  /** By index: those whose place is in a dead-letter topic. Left out: none. */
  readonly letters?: ReadonlyMap<number, ProducedLetter>
  /** An earlier request had done this; nothing was appended now. */
  readonly duplicate: boolean
}

/** A record that did not fit the schema of its topic, and went to another. */
export interface ProducedLetter {
  readonly topic: string
  readonly reason: string
}

/** How many records of a request went to a dead-letter topic. */
export interface DeadLetterCount {
  readonly topic: string
  readonly records: number
}

export interface ProducedRanges {
  readonly ranges: readonly OffsetRange[]
  /** Left out: none. Their offsets in `ranges` are passed over. */
  readonly deadLetters?: readonly DeadLetterCount[]
  readonly duplicate: boolean
}

export interface OffsetRange {
  readonly partition: number
  readonly baseOffset: Offset
  readonly lastOffset: Offset
}

export interface FetchRequest {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
  /** Of stored batches; the first batch is returned even when it is larger. */
  readonly maxBytes: number
  /** So many are enough. More may come: batches are whole. */
  readonly maxRecords?: number
  readonly minBytes: number
  readonly waitMs: number
  readonly signal?: AbortSignal
}

export interface FetchedBatches extends PartitionBounds {
  /** Whole batches, concatenated in each piece, in order over the pieces. */
  readonly pieces: readonly Uint8Array[]
  /** Where to go on. Past `offset` even without batches, when what was there is not for readers. */
  readonly nextOffset: Offset
}

export interface PartitionBounds {
  readonly logStartOffset: Offset
  readonly highWatermark: Offset
}

export type OffsetSpec =
  | { readonly at: 'earliest' | 'latest' }
  /** The first record at or after this time, or the high watermark. Milliseconds since the epoch. */
  | { readonly at: 'timestamp'; readonly timestamp: number }
  /** Counted back from the high watermark, not before the log start. */
  | { readonly at: 'last'; readonly count: number }

export interface OffsetToCommit {
  readonly topic: string
  readonly partition: number
  /** The next offset the group will read. */
  readonly offset: Offset
  readonly metadata?: string
}

export interface GroupMember {
  readonly memberId: string
  readonly memberEpoch: number
}

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
  readonly metadata: string
  readonly committedAt: number
  readonly highWatermark: Offset
  readonly logStartOffset: Offset
  /** High watermark less committed offset. */
  readonly lag: number
  /** 0 without lag, else now less the timestamp of the record at the committed offset. */
  readonly lagMs: number
}

export interface OffsetReset {
  readonly topic: string
  readonly to:
    | { readonly at: 'earliest' | 'latest' }
    | { readonly at: 'offset'; readonly offset: Offset }
    | { readonly at: 'timestamp'; readonly timestamp: number }
    | { readonly at: 'shift'; readonly by: number }
    /** What the group had committed at that time. */
    | { readonly at: 'committedAt'; readonly timestamp: number }
  /** Default: every partition of the topic. */
  readonly partitions?: readonly number[]
  readonly dryRun: boolean
}

export interface OffsetMove {
  readonly topic: string
  readonly partition: number
  /** Null: nothing was committed. */
  readonly from: Offset | null
  readonly to: Offset
}

export interface OffsetHistoryFilter {
  readonly topic?: string
  readonly partition?: number
  readonly limit: number
  /** Where the page before said to go on. */
  readonly after?: string
}

export interface OffsetHistoryPage {
  readonly commits: readonly OffsetHistoryEntry[]
  readonly next?: string
}

export interface OffsetHistoryEntry {
  readonly topic: string
  readonly partition: number
  /** Null: the committed offset was deleted. */
  readonly offset: Offset | null
  readonly metadata: string
  readonly committedAt: number
  /** Who: a member id, `reset`, or null for a commit without a member. */
  readonly by: string | null
}

export interface BrokerStatus {
  readonly state: 'recovering' | 'ready' | 'read-only' | 'stopping'
  /** Why, when it is not `ready`; what to do next. */
  readonly reason?: string
  readonly dataDirectory: string
  readonly diskFreeBytes: number
  readonly diskTotalBytes: number
  readonly isFull: boolean
  /** A produce to a topic that does not exist makes it. */
  readonly autoCreateTopics: boolean
  readonly lastRecovery: {
    readonly wasClean: boolean
    readonly durationMs: number
    readonly replayedEntries: number
    readonly replayedBytes: number
    /** Files below `set-aside/` with what was cut, if anything was. */
    readonly setAside: readonly string[]
    readonly notes: readonly string[]
  }
}
