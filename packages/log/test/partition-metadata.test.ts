import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  formatPartitionMetadata,
  parsePartitionMetadata,
  PARTITION_METADATA_FILE,
} from '../src/partition-metadata.ts'
import { PARTITION_CLEAN } from './golden.ts'

test('Kafka’s file is read, and written again as it was', async () => {
  const text = await readFile(join(PARTITION_CLEAN, PARTITION_METADATA_FILE), 'utf8')
  const metadata = parsePartitionMetadata(text)
  expect(metadata?.topicId).toHaveLength(22)
  expect(formatPartitionMetadata(metadata?.topicId ?? '')).toBe(text)
})

test.each(['', 'version: 1\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA', 'version: 0\ntopic_id: short'])(
  'what is no such file is not read: %j',
  (text) => expect(parsePartitionMetadata(text)).toBeUndefined(),
)
