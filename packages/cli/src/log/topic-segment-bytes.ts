import { join } from 'node:path'
import { decodeTopic, TOPIC_PREFIX } from '@millrace/broker/topic-record'
import type { Disk } from '@millrace/disk/disk'
import { parseSegmentFileName } from '@millrace/log/segment-files'
import { LogError } from '@millrace/model/log-error'
import { partitionDirectoryName } from '@millrace/model/topic'
import { segmentRecords } from './segment-records.ts'
import { segmentFilesIn } from './target.ts'

/** At what size a segment is full, by topic, where a topic says so: from the records of `__topics`. */
export async function topicSegmentBytes(
  disk: Disk,
  dataDirectory: string,
): Promise<ReadonlyMap<string, number>> {
  const directory = join(dataDirectory, 'topics', partitionDirectoryName('__topics', 0))
  const sizes = new Map<string, number>()
  if ((await disk.stat(directory)) === undefined) return sizes
  for (const name of await segmentFilesIn(disk, directory)) {
    if (parseSegmentFileName(name)?.kind !== 'log') continue
    for await (const { key, value } of segmentRecords(
      disk,
      join(directory, name),
      () => undefined,
    )) {
      const topic = Buffer.from(key ?? []).toString()
      if (topic.startsWith(TOPIC_PREFIX)) note(sizes, topic, value)
    }
  }
  return sizes
}

function note(sizes: Map<string, number>, key: string, value: Uint8Array | null): void {
  const topic = key.slice(TOPIC_PREFIX.length)
  const size = value === null ? undefined : segmentBytesOf(key, value)
  if (size === undefined) sizes.delete(topic)
  else sizes.set(topic, size)
}

/** What another version wrote says nothing here. */
function segmentBytesOf(key: string, value: Uint8Array): number | undefined {
  try {
    return decodeTopic(key, value).config.segmentBytes ?? undefined
  } catch (error) {
    if (error instanceof LogError) return undefined
    throw error
  }
}
