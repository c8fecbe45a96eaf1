import type { Disk } from '@millrace/disk/disk'
import type { CheckOptions } from '@millrace/log/check'
import { PRODUCER_STATE_FILE } from '@millrace/log/log-producers'
import { readWholeFile } from '@millrace/log/whole-file'
import { decodeCheckpoint } from '@millrace/storage/checkpoint'
import { dataDirectoryAt } from '@millrace/storage/data-directory'

/** What the checkpoint of a data directory says of its partitions, by directory name. None without a checkpoint. */
export async function partitionExpectations(
  disk: Disk,
  path: string,
): Promise<ReadonlyMap<string, CheckOptions>> {
  const bytes = await readWholeFile(disk, dataDirectoryAt(path).checkpoint)
  const checkpoint = bytes === undefined ? undefined : decodeCheckpoint(bytes)
  return new Map(
    checkpoint?.logs.map((log) => {
      const knownFiles = new Set([...log.stateFiles, PRODUCER_STATE_FILE])
      return [log.name, { gaps: log.gaps, knownFiles }]
    }),
  )
}
