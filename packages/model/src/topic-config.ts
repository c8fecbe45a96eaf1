import type { SchemaSetting } from './schema-setting.ts'

/** A topic's settings, complete. */
export interface TopicConfig extends LogSettings {
  /** What the keys of its records are held to. Null: nothing. */
  readonly keySchema: SchemaSetting | null
  readonly valueSchema: SchemaSetting | null
}

/** How a topic's logs are kept. Kafka's names in camelCase; -1 is without limit where it is allowed. */
export interface LogSettings {
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  readonly maxMessageBytes: number
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  /** How far ahead of the server's clock a record's timestamp may be. */
  readonly messageTimestampAfterMaxMs: number
}

/** What an operator names; the rest takes the broker's defaults. Null takes a setting back to its default. */
export type TopicConfigInput = { readonly [Name in keyof TopicConfig]?: TopicConfig[Name] | null }
