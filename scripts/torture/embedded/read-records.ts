import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { decodeRecords } from '@millrace/model/batch-decoding'
import type { Offset } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import type { ReadRecord } from '@millrace/testing/history'

/** What is to be read next of a partition from `offset` on. OFFSET_OUT_OF_RANGE, CORRUPT_SEGMENT. */
export async function readNext(
  broker: EmbeddedBroker,
  place: { readonly topic: string; readonly partition: number; readonly offset: number },
): Promise<{ readonly records: readonly ReadRecord[]; readonly nextOffset: number }> {
  const offset = place.offset as Offset
  const limits = { maxBytes: 4_096, minBytes: 0, waitMs: 0 }
  const { pieces, nextOffset } = await broker.fetch({ ...place, offset, ...limits })
  return { records: recordsFrom(pieces, offset), nextOffset }
}

/** Of fetched batches, what is at or after `offset`. */
export function recordsFrom(pieces: readonly Uint8Array[], offset: Offset): readonly ReadRecord[] {
  return pieces.flatMap(recordsIn).filter((record) => record.offset >= offset)
}

/** All of it, from the log's start to its high watermark. */
export async function readWhole(
  broker: EmbeddedBroker,
  topic: string,
  partition: number,
): Promise<{ readonly logStartOffset: number; readonly records: readonly ReadRecord[] }> {
  const { logStartOffset, highWatermark } = broker.partitionState(topic, partition)
  const all: ReadRecord[] = []
  let offset: number = logStartOffset
  while (offset < highWatermark) {
    const { records, nextOffset } = await readNext(broker, { topic, partition, offset })
    if (nextOffset <= offset) throw new Error(`Reading ${topic} ${partition} stays at ${offset}.`)
    for (const record of records) all.push(record)
    offset = nextOffset
  }
  return { logStartOffset, records: all }
}

function recordsIn(piece: Uint8Array): readonly ReadRecord[] {
  const found: ReadRecord[] = []
  for (let at = 0; at < piece.length;) {
    const header = readBatchHeader(piece, at)
    if (header === undefined) throw new Error('What was fetched has no whole batches.')
    for (const { offset, value } of decodeRecords(piece, at, header, {
      maxBytes: RECORDS_BYTES_MAX,
    })) {
      // Values are filled up with blanks to the size that they are to have.
      found.push({
        offset,
        value: Buffer.from(value ?? [])
          .toString()
          .trimEnd(),
      })
    }
    at += header.sizeInBytes
  }
  return found
}

const RECORDS_BYTES_MAX = 16 * 1024 * 1024
