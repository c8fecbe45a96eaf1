import { basename, dirname, join } from 'node:path'
import { ByteBuilder } from '@millrace/http/byte-builder'
import { writeRecord } from '@millrace/http/record-json-writer'
import type { Disk } from '@millrace/disk/disk'
import type { Damage } from '@millrace/log/batch-scanner'
import { parseSegmentFileName } from '@millrace/log/segment-files'
import type { LogRecord } from '@millrace/model/record'
import type { DatumReader, DatumReaders } from '@millrace/model/schema-setting'
import { parsePartitionDirectoryName } from '@millrace/model/topic'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { formatTime } from '../time.ts'
import { expectSegment, type NamedFile } from './expect-segment.ts'
import { openTargets } from './open-targets.ts'
import { type MatchOptions, recordMatcher, type SearchedParts } from './record-matcher.ts'
import { segmentRecords } from './segment-records.ts'
import { hasDatum, type ShownData, StoredData } from './stored-data.ts'
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
      const data = await StoredData.open(disk, target)
      for await (const file of segmentsOf(disk, target)) {
        const { path, shownAs, directory } = file
        const partition = parsePartitionDirectoryName(directory)?.partition ?? 0
        const onDamage = ({ position, endPosition }: Damage) => {
          output.note(`${shownAs}: damage from byte ${position} to ${endPosition} was left out.`)
        }
        for await (const record of segmentRecords(disk, path, onDamage)) {
          const isFound =
            matches(record) || (hasDatum(record) && matches(shownParts(await data.read(record))))
          if (!isFound) continue
          count += 1
          yield { directory, partition, record, readers: await data.readersFor(record) }
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

/** Data of a schema are searched as they are shown, besides their bytes. */
function shownParts({ key, value }: ShownData): SearchedParts {
  const bytesOf = (json: string | undefined) => (json === undefined ? null : Buffer.from(json))
  return { key: bytesOf(key?.json), value: bytesOf(value?.json), headers: [] }
}

interface FoundRecord {
  /** The name of the partition's directory. */
  readonly directory: string
  readonly partition: number
  readonly record: LogRecord
  /** Of a key, or a value, that is data of a schema of the data directory. */
  readonly readers: DatumReaders
}

interface SegmentFile extends NamedFile {
  readonly directory: string
}

async function* segmentsOf(disk: Disk, target: Target): AsyncGenerator<SegmentFile> {
  if (target.kind === 'file') {
    await expectSegment(disk, target)
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

function foundText({ directory, record, readers }: FoundRecord): string {
  const key = record.key === null ? '-' : textOf(record.key, readers.key)
  const value = record.value === null ? '' : textOf(record.value, readers.value)
  return `${directory}:${record.offset} ${formatTime(record.timestamp)} ${key} ${value}\n`
}

function textOf(bytes: Uint8Array, reader: DatumReader | undefined): string {
  return reader?.read(bytes).json ?? Buffer.from(bytes).toString()
}

/** As `produce --format jsonl` takes it back. */
function foundJson({ partition, record, readers }: FoundRecord): string {
  const builder = new ByteBuilder()
  writeRecord(builder, partition, record, { format: 'json', readers })
  return builder.take().toString()
}
