import { basename, dirname, join } from 'node:path'
import { ByteBuilder } from '@millrace/http/byte-builder'
import { writeRecord } from '@millrace/http/record-json-writer'
import type { Disk } from '@millrace/disk/disk'
import { scanBatches } from '@millrace/log/batch-scanner'
import { parseSegmentFileName } from '@millrace/log/segment-files'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, OFFSET_MAX, type Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'
import { parsePartitionDirectoryName } from '@millrace/model/topic'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { formatTime } from '../time.ts'
import { openTargets } from './open-targets.ts'
import { type MatchOptions, recordMatcher } from './record-matcher.ts'
import { partitionsOf, segmentFilesIn, type Selection, type Target } from './target.ts'

export interface GrepOptions extends Selection, MatchOptions {}

/** Prints the records that match, wherever they lie. */
export async function grepLogs(
  invocation: Invocation,
  pattern: string,
  paths: readonly string[],
  options: GrepOptions,
): Promise<void> {
  const matches = recordMatcher(pattern, options)
  const { output } = invocation
  let count = 0
  async function* search(): AsyncGenerator<FoundRecord> {
    for await (const { disk, target } of openTargets(invocation, paths, options)) {
      for await (const file of segmentsOf(disk, target)) {
        for await (const found of recordsIn(disk, file, (text) => output.note(text))) {
          if (!matches(found.record)) continue
          count += 1
          yield found
        }
      }
    }
  }
  await output.stream(search(), { asText: foundText, asJson: foundJson })
  if (count > 0) return
  throw new CommandFailure(EXIT.notFound, {
    message: 'No record matches.',
    next: 'Text is found as it is typed; there are also --ignore-case and --regex.',
  })
}

interface FoundRecord {
  /** The name of the partition's directory. */
  readonly directory: string
  readonly partition: number
  readonly record: LogRecord
}

interface SegmentFile {
  readonly path: string
  readonly shownAs: string
  readonly directory: string
}

async function* segmentsOf(disk: Disk, target: Target): AsyncGenerator<SegmentFile> {
  if (target.kind === 'file') {
    yield { ...target, directory: basename(dirname(target.path)) }
    return
  }
  for (const partition of partitionsOf(target)) {
    for (const name of await segmentFilesIn(disk, partition.path)) {
      if (parseSegmentFileName(name)?.kind !== 'log') continue
      const shownAs = join(partition.shownAs, name)
      yield { path: join(partition.path, name), shownAs, directory: partition.name }
    }
  }
}

async function* recordsIn(
  disk: Disk,
  { path, shownAs, directory }: SegmentFile,
  note: (text: string) => void,
): AsyncGenerator<FoundRecord> {
  const partition = parsePartitionDirectoryName(directory)?.partition ?? 0
  const baseOffset = parseSegmentFileName(basename(path))?.baseOffset ?? FIRST_OFFSET
  const file = await disk.open(path, 'read')
  try {
    const to = (await file.size()) as Position
    const from = 0 as Position
    const range = { from, to, nextOffset: baseOffset, endOffset: OFFSET_MAX, gaps: true }
    for await (const piece of scanBatches(file, range)) {
      if (piece.kind === 'damage') {
        note(`${shownAs}: damage from byte ${piece.position} to ${piece.endPosition} was left out.`)
        continue
      }
      let at = 0
      for (const header of piece.headers) {
        for (const record of userRecords(piece.bytes, at, header)) {
          yield { directory, partition, record }
        }
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

function foundText({ directory, record }: FoundRecord): string {
  const key = record.key === null ? '-' : Buffer.from(record.key).toString()
  const value = record.value === null ? '' : Buffer.from(record.value).toString()
  return `${directory}:${record.offset} ${formatTime(record.timestamp)} ${key} ${value}\n`
}

/** As `produce --format jsonl` takes it back. */
function foundJson({ partition, record }: FoundRecord): string {
  const builder = new ByteBuilder()
  writeRecord(builder, partition, record, 'json')
  return builder.take().toString()
}
