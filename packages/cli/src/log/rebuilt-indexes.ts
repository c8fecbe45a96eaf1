import type { Disk } from '@millrace/disk/disk'
import { scanBatches } from '@millrace/log/batch-scanner'
import { IndexBuilder } from '@millrace/log/index-builder'
import type { IndexFormat } from '@millrace/log/index-file'
import { type OffsetIndexEntry, offsetIndexFormat } from '@millrace/log/offset-index'
import { segmentFilePath } from '@millrace/log/segment-files'
import { type TimeIndexEntry, timeIndexFormat } from '@millrace/log/time-index'
import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'

export interface RebuiltIndexes {
  readonly index: Buffer
  readonly timeindex: Buffer
  /** Bytes of the segment that are no sound batches: they get no entries. */
  readonly damagedBytes: number
}

/** Both indexes of a segment as Kafka would write them when it closes the segment. Writes nothing. */
export async function rebuildIndexes(
  disk: Disk,
  directory: string,
  baseOffset: Offset,
  indexIntervalBytes: number,
): Promise<RebuiltIndexes> {
  const offsets: OffsetIndexEntry[] = []
  const times: TimeIndexEntry[] = []
  let damagedBytes = 0
  const builder = new IndexBuilder(indexIntervalBytes, undefined)
  const file = await disk.open(segmentFilePath(directory, baseOffset, 'log'), 'read')
  try {
    const to = (await file.size()) as Position
    const from = 0 as Position
    const range = { from, to, nextOffset: baseOffset, endOffset: OFFSET_MAX, gaps: true }
    for await (const piece of scanBatches(file, range)) {
      if (piece.kind === 'damage') {
        damagedBytes += piece.endPosition - piece.position
        continue
      }
      let { position } = piece
      for (const header of piece.headers) {
        const made = builder.add(header, position)
        if (made !== undefined) offsets.push(made.offset)
        if (made?.time !== undefined) times.push(made.time)
        position = (position + header.sizeInBytes) as Position
      }
    }
  } finally {
    await file.close()
  }
  const closing = builder.closingEntry()
  return {
    index: encode(offsets, offsetIndexFormat(baseOffset)),
    timeindex: encode(
      closing === undefined ? times : [...times, closing],
      timeIndexFormat(baseOffset),
    ),
    damagedBytes,
  }
}

function encode<Entry>(entries: readonly Entry[], format: IndexFormat<Entry>): Buffer {
  const bytes = Buffer.alloc(entries.length * format.entrySize)
  for (const [slot, entry] of entries.entries())
    format.encode(bytes, slot * format.entrySize, entry)
  return bytes
}
