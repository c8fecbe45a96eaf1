import { basename, join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { checkPartition, type FindingCode } from '@millrace/log/check'
import { rebuildTransactionIndexes } from '@millrace/log/rebuilt-transaction-indexes'
import { readWholeFile, replaceFileDurably } from '@millrace/log/whole-file'
import { segmentBaseOffsets, segmentFileName, segmentFilePath } from '@millrace/log/segment-files'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted } from '../quantity.ts'
import { openTargets } from './open-targets.ts'
import { rebuildIndexes } from './rebuilt-indexes.ts'
import { keptDirectory, keepFile } from './set-aside.ts'
import { type PartitionTarget, partitionsOf, type Selection } from './target.ts'

export interface ReindexOptions extends Selection {
  /** Instead of what the topics say. */
  readonly indexIntervalBytes?: number
  /** Also those that a check finds nothing wrong with. */
  readonly all?: true
  readonly yes?: true
}

/** An index to be made again. */
interface UnsoundIndex {
  readonly path: string
  readonly shownAs: string
  readonly was: 'missing' | 'unsound' | 'different'
  readonly bytes: Buffer
}

/** Makes indexes that are missing or not sound again from the batches; shows which unless it is told to. */
export async function reindexLogs(
  invocation: Invocation,
  paths: readonly string[],
  options: ReindexOptions,
): Promise<void> {
  const { output } = invocation
  const rows: object[] = []
  let kept: string | undefined
  for await (const open of openTargets(invocation, paths, options, 'alone')) {
    const { journalEntries, target } = open
    if (target.kind === 'file') throw notOneFile(target.shownAs)
    if (journalEntries > 0) throw notClosedInOrder()
    for (const partition of partitionsOf(target)) {
      for await (const index of unsound(NODE_DISK, partition, options, (text) =>
        output.note(text),
      )) {
        if (options.yes === true) {
          kept ??= keptDirectory(target, 'reindex')
          await replace(NODE_DISK, partition, index, kept)
        }
        rows.push({ path: index.shownAs, was: index.was, bytes: index.bytes.length })
        if (output.format === 'table') {
          const done = options.yes === true ? 'Made again' : 'Would make again'
          await output.text(`${done}: ${index.shownAs} (${index.was})\n`)
        }
      }
    }
  }
  if (output.format !== 'table') await output.list(rows, [])
  if (rows.length === 0) output.note('Every index is sound: nothing to do.')
  else if (options.yes !== true) output.note('Nothing was written. To do it, add --yes')
  else if (kept !== undefined) output.note(`What was replaced is kept in ${kept}`)
}

async function* unsound(
  disk: Disk,
  partition: PartitionTarget,
  { indexIntervalBytes, all }: ReindexOptions,
  note: (text: string) => void,
): AsyncGenerator<UnsoundIndex> {
  const findings = await indexFindings(disk, partition)
  const intervalBytes =
    indexIntervalBytes ?? partition.indexIntervalBytes ?? INDEX_INTERVAL_BYTES_DEFAULT
  for (const baseOffset of segmentBaseOffsets(await disk.list(partition.path))) {
    const paths = {
      index: segmentFilePath(partition.path, baseOffset, 'index'),
      timeindex: segmentFilePath(partition.path, baseOffset, 'timeindex'),
    }
    const isDue = findings.has(paths.index) || findings.has(paths.timeindex)
    if (!isDue && all !== true) continue
    const rebuilt = await rebuildIndexes(disk, partition.path, baseOffset, intervalBytes)
    if (rebuilt.damagedBytes > 0) {
      const log = join(partition.shownAs, segmentFileName(baseOffset, 'log'))
      note(`${log}: ${counted(rebuilt.damagedBytes, 'byte')} of it are not sound; see log verify`)
    }
    for (const kind of ['index', 'timeindex'] as const) {
      const path = paths[kind]
      const bytes = rebuilt[kind]
      const stored = await readWholeFile(disk, path)
      if (stored !== undefined && bytes.equals(stored)) continue
      if (!findings.has(path) && all !== true) continue
      const was = stored === undefined ? 'missing' : findings.has(path) ? 'unsound' : 'different'
      yield { path, shownAs: join(partition.shownAs, basename(path)), was, bytes }
    }
  }
  const isAbortedUnsound = [...findings].some((path) => path.endsWith('.txnindex'))
  if (isAbortedUnsound) yield* unsoundTransactionIndexes(disk, partition, findings, note)
}

/** Which transactions were aborted is made again for the whole partition, or not at all. */
async function* unsoundTransactionIndexes(
  disk: Disk,
  partition: PartitionTarget,
  findings: ReadonlySet<string>,
  note: (text: string) => void,
): AsyncGenerator<UnsoundIndex> {
  const { damagedBytes, indexes } = await rebuildTransactionIndexes(disk, partition.path)
  if (damagedBytes > 0) {
    const why = `${counted(damagedBytes, 'byte')} of it are not sound, and may have ended transactions`
    note(`${partition.shownAs}: ${why}; its .txnindex is left as it is. See log verify`)
    return
  }
  for (const [baseOffset, bytes] of indexes) {
    const path = segmentFilePath(partition.path, baseOffset, 'txnindex')
    const stored = await readWholeFile(disk, path)
    if (!findings.has(path) || bytes.equals(stored ?? Buffer.alloc(0))) continue
    const was = stored === undefined ? 'missing' : 'unsound'
    yield { path, shownAs: join(partition.shownAs, basename(path)), was, bytes }
  }
}

/** As topics have it unless they are told otherwise, and Kafka does. */
const INDEX_INTERVAL_BYTES_DEFAULT = 4096

/** Paths of the indexes that a check complains about, or misses. */
async function indexFindings(disk: Disk, partition: PartitionTarget): Promise<ReadonlySet<string>> {
  const paths = new Set<string>()
  for await (const event of checkPartition(disk, partition.path, partition.expectations)) {
    if (event.kind === 'finding' && INDEX_FINDINGS.has(event.code)) paths.add(event.path)
  }
  return paths
}

const INDEX_FINDINGS: ReadonlySet<FindingCode> = new Set([
  'offset-index',
  'time-index',
  'transaction-index',
  'preallocated',
  'missing-file',
])

async function replace(
  disk: Disk,
  partition: PartitionTarget,
  index: UnsoundIndex,
  kept: string,
): Promise<void> {
  if (index.was !== 'missing') await keepFile(disk, partition.name, index.path, kept)
  await replaceFileDurably(disk, index.path, index.bytes)
}

function notClosedInOrder(): CommandFailure {
  return new CommandFailure(EXIT.conflict, {
    message: 'The server was not stopped in order: a part of its data is in the journal only.',
    next: 'Start it, and stop it with SIGTERM: it recovers, and makes indexes again that are not sound.',
  })
}

function notOneFile(shownAs: string): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: `${shownAs} is one file; indexes are made again for a partition.`,
    next: 'Name the partition directory, or the data directory with --topic and --partition.',
  })
}
