import type { SchemaName } from '@millrace/model/schema-setting'

/** What becomes of the lines, as the command line says it. */
export interface ProduceOptions {
  readonly key?: string
  readonly keyJson?: string
  readonly keyRegex?: string
  readonly schema?: SchemaName
  readonly keySchema?: SchemaName
  readonly partition?: number
  readonly header?: ReadonlyMap<string, string>
  readonly lineHeader?: string
  readonly format: 'lines' | 'jsonl'
  readonly ignorePartition?: true
  readonly fromLine: number
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly retryFor: number
  readonly progress: boolean
}
