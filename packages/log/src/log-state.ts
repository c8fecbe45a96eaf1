import type { Disk } from '@millrace/disk/disk'
import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { LogConfig } from './config.ts'
import type { PendingBatches } from './pending.ts'
import type { ActiveSegment } from './placement.ts'
import type { SegmentList } from './segment-list.ts'

/** What one log is at a moment. `Log` owns it; reading and writing behind are functions of it. */
export interface LogState {
  readonly disk: Disk
  readonly directory: string
  readonly segments: SegmentList
  readonly pending: PendingBatches
  /** Offsets may skip: brought in after compaction. */
  readonly gaps: boolean
  config: LogConfig
  active: ActiveSegment
  logStartOffset: Offset
  highWatermark: Offset
  logEndOffset: Offset
  /** Its files may be gone, or go at any moment. */
  isRemoved: boolean
  /** Why it cannot be read any more, whatever a read then fails with: it was removed, or closed. */
  gone: LogError | undefined
}
