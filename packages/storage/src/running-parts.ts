import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import type { Journal } from '@millrace/journal/journal'
import type { DataDirectory } from './data-directory.ts'
import type { DiskSpace } from './disk-space.ts'
import type { EntryGate } from './entry-gate.ts'
import type { Health } from './health.ts'
import type { JournalRoom } from './journal-room.ts'
import type { LogTable } from './log-table.ts'
import type { WriteBehind } from './write-behind.ts'

/** What appends and checkpoints share in one life of the store. */
export interface RunningParts {
  readonly disk: Disk
  readonly paths: DataDirectory
  readonly clock: Clock
  readonly health: Health
  readonly gate: EntryGate
  readonly journal: Journal
  readonly room: JournalRoom
  readonly space: DiskSpace
  readonly table: LogTable
  readonly writeBehind: WriteBehind
}
