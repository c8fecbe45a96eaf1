import { basename } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { type Damage, scanBatches } from '@millrace/log/batch-scanner'
import { parseSegmentFileName } from '@millrace/log/segment-files'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, OFFSET_MAX, type Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'

/** The records of a `.log` file, those of Kafka's own control batches left out. Damage is told and stepped over. */
export async function* segmentRecords(
  disk: Disk,
  path: string,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<LogRecord> {
  const baseOffset = parseSegmentFileName(basename(path))?.baseOffset ?? FIRST_OFFSET
  const file = await disk.open(path, 'read')
  try {
    const to = (await file.size()) as Position
    const from = 0 as Position
    const range = { from, to, nextOffset: baseOffset, endOffset: OFFSET_MAX, gaps: true }
    for await (const piece of scanBatches(file, range)) {
      if (piece.kind === 'damage') {
        onDamage(piece)
        continue
      }
      let at = 0
      for (const header of piece.headers) {
        yield* userRecords(piece.bytes, at, header)
        at += header.sizeInBytes
      }
    }
  } finally {
    await file.close()
  }
}

function userRecords(bytes: Uint8Array, at: number, header: BatchHeader): readonly LogRecord[] {
  if (header.isControl) return []
  try {
    return decodeRecords(bytes, at, header, { maxBytes: RECORDS_BYTES_MAX })
  } catch (error) {
    // Its CRC is right: this is what was produced, and nobody can read it. `log dump` tells of it.
    if (error instanceof LogError) return []
    throw error
  }
}

/** Of one batch, decompressed. */
const RECORDS_BYTES_MAX = 512 * 1024 * 1024
