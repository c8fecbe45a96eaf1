import { readdirSync, readFileSync } from 'node:fs'
import { parseLeaderEpochs } from '@millrace/log/leader-epochs'
import { parsePartitionMetadata } from '@millrace/log/partition-metadata'
import { decodeProducerSnapshot } from '@millrace/log/producer-snapshot'
import { decodeTransactionIndex } from '@millrace/log/transaction-index'
import { crc32c } from '@millrace/model/crc32c'
import { LogError } from '@millrace/model/log-error'
import { decodeCheckpoint } from '@millrace/storage/checkpoint'
import type { FuzzTarget } from '../fuzz-target.ts'
import { expectIndexIsHint } from './segment-index.ts'

export const indexes: FuzzTarget = {
  name: 'indexes',
  about:
    'the readers of what lies beside segments: indexes, producer snapshots, epochs, metadata, checkpoint',
  modules: [
    'checkpoint.ts',
    'index-file.ts',
    'leader-epochs.ts',
    'log-place.ts',
    'offset-index.ts',
    'partition-metadata.ts',
    'producer-snapshot.ts',
    'segment-indexes.ts',
    'segment-lookup.ts',
    'time-index.ts',
    'time-lookup.ts',
    'transaction-index.ts',
  ],
  tokens: ['0\n', '1\n', '0 0\n', '\n', 'version: 0\n', 'topic_id: ', '"logs":[', '"slots":'].map(
    (text) => Buffer.from(text),
  ),
  seeds: () => readdirSync(FIXTURE).flatMap((name) => seedOf(name)),
  mend(input) {
    // Of a producer snapshot; the others have none that could be right by chance.
    if (input.length > 10 && input.readInt16BE(0) === 1) {
      input.writeUInt32BE(crc32c(input.subarray(6)), 2)
    }
  },
  run(input) {
    decodeProducerSnapshot(input)
    decodeTransactions(input)
    const text = input.toString('latin1')
    parseLeaderEpochs(text)
    parsePartitionMetadata(text)
    decodeCheckpoint(input)
    return input.length % SEGMENT_ONE_IN === 0 ? expectIndexIsHint(input) : undefined
  },
}

const FIXTURE = new URL(
  '../../../../packages/log/test/fixtures/partition-clean/g-0/',
  import.meta.url,
)
/** It takes a hundred times as long as the others. */
const SEGMENT_ONE_IN = 24

function seedOf(name: string): readonly Buffer[] {
  return name.endsWith('.log') ? [] : [readFileSync(new URL(name, FIXTURE))]
}

function decodeTransactions(input: Buffer): void {
  try {
    decodeTransactionIndex(input, 'fuzzed')
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'CORRUPT_SEGMENT') throw error
  }
}
