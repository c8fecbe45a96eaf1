import { basename, dirname, join } from 'node:path'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import { scanBatches } from '@millrace/log/batch-scanner'
import { parseSegmentFileName, segmentFileName } from '@millrace/log/segment-files'
import { FIRST_OFFSET, type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, readBatchHeader } from '@millrace/model/record-batch'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import { formatBytes } from '../quantity.ts'

export interface NamedFile {
  readonly path: string
  /** How the path is printed. */
  readonly shownAs: string
}

/**
 * Refuses a file in which no record batch begins: a text, a picture. One that is damaged has at least the header of its
 * first batch, or a sound batch further on; a new segment is empty, and has the name of one.
 */
export async function expectSegment(disk: Disk, { path, shownAs }: NamedFile): Promise<void> {
  const file = await disk.open(path, 'read')
  try {
    const size = await file.size()
    const isNew = size === 0 && isNamedAsSegment(path)
    if (!isNew && (await firstOffset(file, size)) === undefined) throw noSegment(shownAs, size)
  } finally {
    await file.close()
  }
}

/** Refuses a file of which the name does not say at what offset it begins, too: that is a part of what is checked. */
export async function expectNamedSegment(disk: Disk, file: NamedFile): Promise<void> {
  const { path, shownAs } = file
  if (isNamedAsSegment(path)) return
  const parsed = parseSegmentFileName(basename(path))
  if (parsed !== undefined) {
    throw besideSegment(shownAs, segmentFileName(parsed.baseOffset, 'log'))
  }
  const opened = await disk.open(path, 'read')
  try {
    const size = await opened.size()
    const baseOffset = await firstOffset(opened, size)
    throw baseOffset === undefined
      ? noSegment(shownAs, size)
      : wrongName(shownAs, segmentFileName(baseOffset, 'log'))
  } finally {
    await opened.close()
  }
}

function isNamedAsSegment(path: string): boolean {
  return parseSegmentFileName(basename(path))?.kind === 'log'
}

/** Of the first batch that has a header, be its CRC right or wrong, else of the first sound one. */
async function firstOffset(file: DiskFile, size: number): Promise<Offset | undefined> {
  const head = Buffer.alloc(BATCH_HEADER_SIZE)
  const got = await file.read(0, head)
  const header = readBatchHeader(head.subarray(0, got))
  if (header !== undefined) return header.baseOffset
  const to = size as Position
  const range = { from: 0 as Position, to, nextOffset: FIRST_OFFSET, endOffset: OFFSET_MAX }
  for await (const piece of scanBatches(file, { ...range, gaps: true })) {
    if (piece.kind === 'batches') return piece.headers[0]?.baseOffset
  }
  return undefined
}

function noSegment(shownAs: string, size: number): CommandFailure {
  const why = size === 0 ? 'it is empty' : `in its ${formatBytes(size)} no record batch begins`
  return new CommandFailure(EXIT.usage, {
    message: `${shownAs} is not a segment: ${why}.`,
    next: 'Name a .log file of a partition directory (DATA_DIRECTORY/topics/TOPIC-PARTITION), or the directory itself.',
  })
}

function besideSegment(shownAs: string, log: string): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: `${shownAs} is not a segment, but lies beside one and is checked with it.`,
    next: `To check both: millrace log verify ${join(dirname(shownAs), log)}`,
  })
}

function wrongName(shownAs: string, log: string): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: `${shownAs} does not have the name of a segment: its base offset in 20 digits, and .log.`,
    next: `Its first batch says that it is ${log}: copy it to a file of that name, and check that.`,
  })
}
