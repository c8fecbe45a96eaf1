import type { GroupBatchesHead } from '@millrace/http-api/group-poll'
import { isUnreadable, readBatches } from './batches-answer.ts'
import type { Connection } from './connection.ts'
import type { ConsumedRecord } from './consumed-record.ts'
import { MillraceError } from './millrace-error.ts'
import { fetchAsJson } from './partition-fetch.ts'

/** A poll's answer: who reads what, and the records. */
export interface GroupAnswer extends Omit<GroupBatchesHead, 'batches'> {
  readonly records: readonly ConsumedRecord[]
}

/**
 * Reads the bytes of an answer that has its records as stored batches: the length of the head (u32, big-endian), the
 * head in JSON, the batches. UNEXPECTED_ANSWER, CORRUPT_BATCH.
 */
export async function readGroupAnswer(
  connection: Connection,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<GroupAnswer> {
  const { batches, ...rest } = readHead(bytes)
  const records: ConsumedRecord[] = []
  let at = bytes.length - batches.reduce((sum, each) => sum + each.bytes, 0)
  for (const { topic, partition, offset, bytes: length } of batches) {
    for (const part of readBatches(bytes.subarray(at, at + length), offset)) {
      const fetch = { topic, partition, maxBytes: length, signal }
      const own = isUnreadable(part) ? await fetchAsJson(connection, fetch, part) : part
      for (const record of own) {
        const { timestamp, key, value, headers } = record
        records.push({ topic, partition, offset: record.offset, timestamp, key, value, headers })
      }
    }
    at += length
  }
  return { ...rest, records }
}

function readHead(bytes: Uint8Array): GroupBatchesHead {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const head = bytes.subarray(LENGTH_SIZE, LENGTH_SIZE + view.getUint32(0))
    return JSON.parse(decoder.decode(head)) as GroupBatchesHead
  } catch (cause) {
    throw new MillraceError('UNEXPECTED_ANSWER', 'It has no head that can be read.', { cause })
  }
}

const LENGTH_SIZE = 4
const decoder = new TextDecoder()
