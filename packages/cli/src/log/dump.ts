import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Invocation } from '../invocation.ts'
import { dumpJson, dumpText, type DumpEntry } from './dump-entry.ts'
import { type DumpedFile, dumpFile, type DumpOptions } from './dump-file.ts'
import { findTarget, segmentFilesIn, type Selection } from './target.ts'

/** Prints what is in the files of segments: batches, records, index entries. */
export async function dumpLogs(
  { output, dataDirectory }: Invocation,
  paths: readonly string[],
  options: DumpOptions & Selection,
): Promise<void> {
  const given = paths.length > 0 ? paths : [dataDirectory ?? DEFAULT_DATA_DIRECTORY]
  await output.stream(dumpAll(NODE_DISK, given, options), { asText: dumpText, asJson: dumpJson })
}

const DEFAULT_DATA_DIRECTORY = './data'

async function* dumpAll(
  disk: Disk,
  paths: readonly string[],
  options: DumpOptions & Selection,
): AsyncGenerator<DumpEntry> {
  const gaps: DumpEntry[] = []
  for (const path of paths) {
    for await (const file of filesAt(disk, path, options)) {
      const found = yield* dumpFile(disk, file, options)
      if (found.length > 0) gaps.push({ kind: 'gaps', path: file.shownAs, gaps: found })
    }
  }
  yield* gaps
}

async function* filesAt(
  disk: Disk,
  path: string,
  selection: Selection,
): AsyncGenerator<DumpedFile> {
  const target = await findTarget(disk, path, selection)
  if (target.kind === 'file') {
    yield target
    return
  }
  const partitions = target.kind === 'partition' ? [target] : target.partitions
  for (const partition of partitions) {
    for (const name of await segmentFilesIn(disk, partition.path)) {
      yield { path: join(partition.path, name), shownAs: join(partition.shownAs, name) }
    }
  }
}
