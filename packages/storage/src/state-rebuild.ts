import type { Disk } from '@millrace/disk/disk'
import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import { LogError } from '@millrace/model/log-error'
import type { IndexEnvironment } from './index-environment.ts'
import type { IndexTable, TableEntry, TablePosition } from './index-table.ts'
import { readBatches } from './log-records.ts'
import { listStateFiles, readStateFile, StateFileDamagedError } from './state-file.ts'

/** Whether the table is the sum of this log's records up to its position. Answers with why it is not. */
export async function whyNotFromTable(table: IndexTable, log: Log): Promise<string | undefined> {
  const position = table.position()
  // Absent, as on the first start, is no fault: there is nothing to say.
  if (position === undefined) return undefined
  const { nextOffset } = position
  if (nextOffset > log.logEndOffset) {
    return (
      `it was ahead of its log, which has lost ${nextOffset - log.logEndOffset} records: ` +
      'changes that had been answered may be gone.'
    )
  }
  if (nextOffset < log.logStartOffset) return 'records that it had not applied are no longer there.'
  return (await isOfThisLog(log, position)) ? undefined : 'it was made from another log.'
}

/**
 * Empties the table and fills it from the newest sound state file of this log, if there is one. What comes
 * after is in the log.
 */
export async function rebuildTable(
  environment: IndexEnvironment,
  table: IndexTable,
  log: Log,
  files: { readonly disk: Disk; readonly directory: string },
): Promise<void> {
  await environment.clear(table)
  const { disk, directory } = files
  for (const nextOffset of await listStateFiles(disk, directory)) {
    if (nextOffset > log.logEndOffset) continue
    const position = await fill(environment, table, readStateFile(disk, directory, nextOffset))
    if (position !== undefined && (await isOfThisLog(log, position))) {
      await environment.transaction(() => table.settle(position))
      return
    }
    await environment.clear(table)
  }
}

/** Undefined: the file is damaged, and the table holds some of it. */
async function fill(
  environment: IndexEnvironment,
  table: IndexTable,
  file: AsyncGenerator<readonly TableEntry[], TablePosition>,
): Promise<TablePosition | undefined> {
  try {
    for (;;) {
      const step = await file.next()
      if (step.done === true) return step.value
      await environment.transaction(() => table.fill(step.value))
    }
  } catch (error) {
    if (error instanceof StateFileDamagedError) return undefined
    throw error
  }
}

async function isOfThisLog(log: Log, position: TablePosition): Promise<boolean> {
  const crc = await crcOfBatchBefore(log, position.nextOffset)
  return crc === undefined || crc === position.batchCrc
}

/** Undefined when the batch is gone, by pruning or by damage: then nothing can be said. */
async function crcOfBatchBefore(log: Log, offset: Offset): Promise<number | undefined> {
  if (offset <= log.logStartOffset) return undefined
  const last = (offset - 1) as Offset
  try {
    for await (const { header } of readBatches(log, { from: last, to: offset })) {
      return header.lastOffset === last ? header.crc : 0
    }
  } catch (error) {
    if (error instanceof LogError && error.code === 'CORRUPT_SEGMENT') return undefined
    throw error
  }
  return undefined
}
