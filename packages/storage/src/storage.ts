import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import type { LogConfig } from '@millrace/log/config'
import type { Log, LogId } from '@millrace/log/log'
import type { BrokerStatus } from '@millrace/model/broker'
import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { Change, ChangeOutcome, LogDescriptor } from './change.ts'
import type { StorageConfig } from './config.ts'

export type RecoveryReport = BrokerStatus['lastRecovery']

export type StorageState =
  | { readonly kind: 'ready' }
  /** Appends to logs that are not internal are refused (STORAGE_FULL) until there is room again. */
  | { readonly kind: 'full'; readonly reason: string }
  /** A sync or a journal write failed: reads go on, nothing more is written until the next start. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopping' }

export interface StorageMetrics {
  readonly appends: number
  readonly appendedBytes: number
  readonly syncs: number
  /** How long the latest journal syncs took, oldest first, at most 1,000. */
  readonly syncSeconds: readonly number[]
  /** Synced, not in its segment yet. */
  readonly pendingBytes: number
  /** Handed in, not synced yet. */
  readonly waitingBytes: number
  readonly checkpoints: number
  readonly journalBytesUsed: number
  readonly journalBytesMax: number
  /** How fast appends become durable at present, bytes a second. */
  readonly drainRate: number
}

/** The segment-file log engine: every log of one data directory, and the atomic append to several of them. */
export declare class Storage implements AsyncDisposable {
  /**
   * Opens the data directory, after recovery; an empty or absent one is made.
   * DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_NEWER, DATA_DIRECTORY_DAMAGED.
   */
  static open(disk: Disk, directory: string, clock: Clock, config: StorageConfig): Promise<Storage>
  readonly directory: string
  readonly recovery: RecoveryReport
  /** Raised at every start. */
  readonly leaderEpoch: number
  readonly state: StorageState
  /** Resolves when a sync or a journal write failed. Otherwise never. */
  readonly failed: Promise<LogError>

  log(id: LogId): Log | undefined
  logs(): Iterable<Log>
  allocateLogId(): LogId
  /** Makes the directory on disk. Then append `{ kind: 'create' }`; without that the next open removes it. */
  prepareLog(descriptor: LogDescriptor): Promise<void>
  /** Recovered logs have the default configuration until they are told theirs. */
  configureLog(id: LogId, config: LogConfig): void
  /**
   * All of the changes or none, durable when it resolves. The bytes of the batches belong to the log from
   * here on: they are stamped where they lie. Rejects with LOG_END_OFFSET_MISMATCH, PRODUCER_FENCED,
   * OUT_OF_ORDER_SEQUENCE, UNKNOWN_TOPIC_OR_PARTITION, STORAGE_FULL, STORAGE_FAILED, OVERLOADED, STOPPING.
   */
  append(changes: readonly Change[]): Promise<readonly ChangeOutcome[]>
  /** Deletes by age and size (-1: without limit), as Kafka does. Answers with the log start offset. */
  expire(
    log: Log,
    limits: { readonly retentionMs: number; readonly retentionBytes: number },
  ): Promise<Offset>
  /** `flush` runs before each checkpoint is written; its failure is the storage's. */
  atCheckpoint(flush: () => Promise<void>): void
  /** Makes a checkpoint now: what was removed before this call is gone from the disk after it. */
  checkpoint(): Promise<void>
  metrics(): StorageMetrics
  /** Stops taking appends, finishes those under way, writes everything behind, checkpoints. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
