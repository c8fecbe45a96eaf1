/** Millrace for programs, in Node and in browsers, over HTTP. Begin with `createClient`. */
export { createClient, type Client } from './client.ts'
export type { ConnectionOptions } from './connection.ts'
export { jsonOf, textOf, type ConsumedRecord } from './consumed-record.ts'
export type { CommitOptions, Consumer, ConsumerOptions } from './consumer.ts'
export type { GroupConsumer, GroupConsumerOptions } from './group-consumer.ts'
export type { Assignment } from './group-membership.ts'
export type { Groups, GroupSummary } from './groups.ts'
export type { CallOptions } from './http.ts'
export { CLIENT_ERRORS, MillraceError, type MillraceErrorCode } from './millrace-error.ts'
export type {
  OffsetCommit,
  OffsetCommitOptions,
  OffsetHistoryEntry,
  OffsetHistoryOptions,
  OffsetMove,
  OffsetResetOptions,
  Offsets,
  OffsetTarget,
} from './offsets.ts'
export type { ProducedRecord } from './pending-record.ts'
export type { Producer, ProducerOptions } from './producer.ts'
export type { HeaderInput, ProducerRecord } from './record-input.ts'
export type {
  CompatibilityCheckOptions,
  RegisteredSchema,
  SchemaDeletion,
  SchemaInput,
  Schemas,
  SchemaText,
  SchemaVersion,
  SubjectOptions,
} from './schemas.ts'
export type {
  AcknowledgedReceipt,
  AcquireAnswer,
  AcquiredRecord,
  AcquireOptions,
} from './share-acquire.ts'
export type { ShareConsumer, ShareConsumerOptions } from './share-consumer.ts'
export type {
  RedriveTarget,
  ShareGroups,
  ShareGroupSettings,
  ShareGroupSummary,
} from './share-groups.ts'
export type { ReleaseOptions, ShareRecord } from './share-record.ts'
export type { ShareHandler } from './share-run.ts'
export type { SkippedRange } from './skipped-range.ts'
export type { ConsumerStart } from './start-offsets.ts'
export type { TopicInput, Topics, TopicSummary } from './topics.ts'
export type {
  Acknowledgement,
  Redriven,
  ShareGroupDescription,
  SharePartitionState,
} from '@millrace/model/share-group'
export type {
  CompatibilityLevel,
  CompatibilityResult,
  SchemaReference,
  SubjectConfig,
  SubjectMode,
  VersionName,
} from '@millrace/model/schema-registry'
export type { ServerStatus } from '@millrace/http-api/health'
export type { GroupDescription } from '@millrace/http-api/groups'
export type { CommittedOffset } from '@millrace/http-api/offsets'
export type {
  AlteredTopic,
  PartitionState,
  TopicConfig,
  TopicConfigInput,
  TopicDescription,
} from '@millrace/http-api/topics'
