import { join } from 'node:path'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import {
  addLeaderEpochs,
  findLeaderEpochs,
  formatLeaderEpochs,
  LEADER_EPOCH_FILE,
  type LeaderEpoch,
  parseLeaderEpochs,
  trimLeaderEpochs,
} from './leader-epochs.ts'
import type { LogState } from './log-state.ts'
import { readWholeFile, replaceFile } from './whole-file.ts'

/**
 * Adds the epochs that `began` to the log's file; the directory is the caller's to sync. A file that is lost is
 * made again from the batches. Answers whether there was anything to write.
 */
export async function noteLeaderEpochs(
  log: LogState,
  began: readonly LeaderEpoch[],
): Promise<boolean> {
  const [first] = began
  if (first === undefined) return false
  const path = join(log.directory, LEADER_EPOCH_FILE)
  const bytes = await readWholeFile(log.disk, path)
  const text = bytes === undefined ? '' : Buffer.from(bytes).toString('latin1')
  const before = parseLeaderEpochs(text) ?? (await epochsOfBatches(log, first.startOffset))
  const epochs = trimLeaderEpochs(addLeaderEpochs(before, began), log.logStartOffset)
  const wanted = formatLeaderEpochs(epochs)
  if (wanted === text) return false
  await replaceFile(log.disk, path, Buffer.from(wanted))
  return true
}

async function epochsOfBatches(
  log: LogState,
  untilOffset: Offset,
): Promise<readonly LeaderEpoch[]> {
  const { logStartOffset } = log
  if (logStartOffset >= untilOffset) return []
  try {
    return await findLeaderEpochs(
      (offset) => batchAt(log, offset, untilOffset),
      logStartOffset,
      untilOffset,
    )
  } catch (error) {
    // What cannot be read has no epoch that anybody could ask for.
    if (error instanceof LogError && error.code === 'CORRUPT_SEGMENT') return []
    throw error
  }
}

/** The batch that holds `offset`, or the first after it. */
async function batchAt({ segments }: LogState, offset: Offset, untilOffset: Offset) {
  for (const segment of segments.from(offset)) {
    const from = offset > segment.baseOffset ? offset : segment.baseOffset
    if (from >= segment.nextOffset) continue
    const run = await segments.reading(segment, () =>
      segment.read(from, { maxBytes: 1, untilOffset }),
    )
    const [found] = run.headers
    if (found !== undefined) return found
  }
  return undefined
}
