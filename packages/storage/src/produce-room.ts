import { LogError } from '@millrace/model/log-error'
import { isInternalTopic } from '@millrace/model/topic'
import type { Change } from './change.ts'
import type { DiskSpace } from './disk-space.ts'
import type { LogTable } from './log-table.ts'

/**
 * Refuses records when the disk is nearly full (STORAGE_FULL). Internal topics, trims and deletions go on, until
 * not even they have room.
 */
export function expectRoom(space: DiskSpace, table: LogTable, changes: readonly Change[]): void {
  if (!space.isLow && !space.isExhausted) return
  if (!space.isExhausted && !changes.some((change) => takesRecords(table, change))) return
  const detail = `${space.shortage} Nothing was appended; free some space, and it goes on by itself.`
  throw new LogError('STORAGE_FULL', detail, { appended: false, retryAfterMs: RETRY_AFTER_MS })
}

function takesRecords(table: LogTable, change: Change): boolean {
  if (change.kind !== 'batches' && change.kind !== 'derived') return false
  const log = table.find(change.log)
  return log !== undefined && !isInternalTopic(log.name)
}

const RETRY_AFTER_MS = 5_000
