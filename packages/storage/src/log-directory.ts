import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { formatPartitionMetadata, PARTITION_METADATA_FILE } from '@millrace/log/partition-metadata'

/** Makes a partition's directory with the one file that Kafka wants in it, and syncs both. */
export async function makeLogDirectory(
  disk: Disk,
  topics: string,
  directory: string,
  topicId: string,
): Promise<void> {
  const path = join(topics, directory)
  // What an earlier try left, which no entry ever named.
  if ((await disk.stat(path)) !== undefined) await removeLogDirectory(disk, path)
  await disk.makeDirectory(path)
  const file = await disk.open(join(path, PARTITION_METADATA_FILE), 'create')
  try {
    await file.write(0, [Buffer.from(formatPartitionMetadata(topicId))])
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.syncDirectory(path)
  await disk.syncDirectory(topics)
}

/** May be repeated. */
export async function removeLogDirectory(disk: Disk, path: string): Promise<void> {
  if ((await disk.stat(path)) === undefined) return
  for (const name of await disk.list(path)) await disk.unlink(join(path, name))
  await disk.removeDirectory(path)
}
