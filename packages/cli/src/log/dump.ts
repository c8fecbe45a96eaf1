import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { Invocation } from '../invocation.ts'
import { dumpJson, dumpText, type DumpEntry } from './dump-entry.ts'
import { dumpFile, type DumpOptions, fileKind } from './dump-file.ts'
import { expectSegment, type NamedFile } from './expect-segment.ts'
import { openTargets } from './open-targets.ts'
import { type SchemaFiles, StoredData } from './stored-data.ts'
import { partitionsOf, segmentFilesIn, type Selection, type Target } from './target.ts'

/** Prints what is in the files of segments: batches, records, index entries. */
export async function dumpLogs(
  invocation: Invocation,
  paths: readonly string[],
  options: DumpOptions & Selection & SchemaFiles,
): Promise<void> {
  await invocation.output.stream(dumpAll(invocation, paths, options), {
    asText: dumpText,
    asJson: dumpJson,
  })
}

/** Gaps come last, as Kafka's tool tells them. */
async function* dumpAll(
  invocation: Invocation,
  paths: readonly string[],
  options: DumpOptions & Selection & SchemaFiles,
): AsyncGenerator<DumpEntry> {
  const gaps: DumpEntry[] = []
  for await (const { disk, target } of openTargets(invocation, paths, options)) {
    const data = options.content ? await StoredData.open(disk, target, options) : undefined
    for await (const file of filesOf(disk, target)) {
      const found = yield* dumpFile(disk, file, { ...options, ...(data && { data }) })
      if (found.length > 0) gaps.push({ kind: 'gaps', path: file.shownAs, gaps: found })
    }
  }
  yield* gaps
}

async function* filesOf(disk: Disk, target: Target): AsyncGenerator<NamedFile> {
  if (target.kind === 'file') {
    if (fileKind(target.path) === 'log') await expectSegment(disk, target)
    yield target
    return
  }
  for (const partition of partitionsOf(target)) {
    for (const name of await segmentFilesIn(disk, partition.path)) {
      yield { path: join(partition.path, name), shownAs: join(partition.shownAs, name) }
    }
  }
}
