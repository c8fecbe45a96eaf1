import type { Disk } from '@millrace/disk/disk'
import { segmentBaseOffsets } from '@millrace/log/segment-files'
import { parsePartitionDirectoryName } from '@millrace/model/topic'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import type { Column } from '../output.ts'
import { formatBytes } from '../quantity.ts'
import { formatTime } from '../time.ts'
import { openTargets } from './open-targets.ts'
import { type SegmentSummary, summarizeSegment } from './segment-summary.ts'
import { type PartitionTarget, partitionsOf, type Selection, type Target } from './target.ts'
import { topicSegmentBytes } from './topic-segment-bytes.ts'

export interface ListOptions extends Selection {
  /** Instead of what the topics say. */
  readonly segmentBytes?: number
}

/** What segments there are, how large, and which offsets and times they hold. */
export async function listSegments(
  invocation: Invocation,
  paths: readonly string[],
  options: ListOptions,
): Promise<void> {
  const { output } = invocation
  const rows: SegmentSummary[] = []
  for await (const { disk, target } of openTargets(invocation, paths, options)) {
    if (target.kind === 'file') throw notOneFile(target.shownAs)
    const sizes = await fullSizes(disk, target)
    for (const partition of partitionsOf(target)) {
      const topic = parsePartitionDirectoryName(partition.name)?.topic ?? ''
      const segmentBytes = options.segmentBytes ?? sizes.get(topic) ?? SEGMENT_BYTES_DEFAULT
      for await (const row of summarize(disk, partition, segmentBytes)) rows.push(row)
    }
  }
  if (rows.length === 0) output.note('There are no segments.')
  await output.list(rows, COLUMNS)
}

/** As topics have it unless they are told otherwise. */
const SEGMENT_BYTES_DEFAULT = 1024 * 1024 * 1024

async function fullSizes(disk: Disk, target: Target): Promise<ReadonlyMap<string, number>> {
  return target.kind === 'dataDirectory' ? topicSegmentBytes(disk, target.path) : new Map()
}

async function* summarize(
  disk: Disk,
  partition: PartitionTarget,
  segmentBytes: number,
): AsyncGenerator<SegmentSummary> {
  for (const baseOffset of segmentBaseOffsets(await disk.list(partition.path))) {
    yield await summarizeSegment(disk, partition, baseOffset, segmentBytes)
  }
}

const COLUMNS: readonly Column<SegmentSummary>[] = [
  { title: 'partition', of: (row) => row.partition },
  { title: 'first', of: (row) => String(row.baseOffset), align: 'right' },
  { title: 'last', of: (row) => String(row.lastOffset ?? '-'), align: 'right' },
  { title: 'size', of: (row) => formatBytes(row.bytes), align: 'right' },
  {
    title: 'full',
    of: (row) => `${(row.full * 100).toFixed(row.full < 0.1 ? 1 : 0)}%`,
    align: 'right',
  },
  { title: 'from', of: (row) => timeOr(row.firstTimestamp) },
  { title: 'until', of: (row) => timeOr(row.largestTimestamp) },
  { title: 'index', of: (row) => String(row.offsetIndexEntries ?? 'none'), align: 'right' },
  { title: 'time index', of: (row) => String(row.timeIndexEntries ?? 'none'), align: 'right' },
]

/** A batch that compaction emptied has no first timestamp. */
function timeOr(timestamp: number | undefined): string {
  return timestamp === undefined || timestamp < 0 ? '-' : formatTime(timestamp)
}

function notOneFile(shownAs: string): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: `${shownAs} is one file, and log ls lists those of a directory.`,
    next: `To see what is in it: millrace log dump ${shownAs}`,
  })
}
