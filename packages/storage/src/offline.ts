import type { Disk } from '@millrace/disk/disk'
import type { LogId } from '@millrace/log/log'
import type { LogEnd } from '@millrace/log/log-end'
import type { Offset, Position } from '@millrace/model/offset'

/** A store as the next start would find it, read without changing anything. */
export interface OfflineStore {
  /** Reads only: segments as they would be once the journal is replayed, everything else as it is. */
  readonly disk: Disk
  readonly logs: readonly OfflineLog[]
}

/** A log as the checkpoint and the entries after it say that it is. */
export interface OfflineLog {
  readonly id: LogId
  /** Its directory below `topics/`. */
  readonly name: string
  readonly directory: string
  /** Undefined when `partition.metadata` is missing or not readable. */
  readonly topicId: string | undefined
  /** Offsets may skip, as compaction leaves them. */
  readonly gaps: boolean
  readonly logStartOffset: Offset
  readonly end: LogEnd
  readonly segments: readonly OfflineSegment[]
}

export interface OfflineSegment {
  readonly baseOffset: Offset
  /** On disk now. */
  readonly bytesOnDisk: number
  /** What only the journal has, ascending, not overlapping. */
  readonly overlay: readonly OverlayPiece[]
}

export interface OverlayPiece {
  readonly position: Position
  readonly bytes: Uint8Array
}
