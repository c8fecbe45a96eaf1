/** What becomes of the lines, as the command line says it. */
export interface ProduceOptions {
  readonly key?: string
  readonly keyJson?: string
  readonly keyRegex?: string
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
