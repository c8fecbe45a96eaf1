import { basename, join, normalize } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { CheckOptions } from '@millrace/log/check'
import { parseSegmentFileName } from '@millrace/log/segment-files'
import { parsePartitionDirectoryName } from '@millrace/model/topic'
import { nearest } from '@millrace/model/nearest'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import { userPath } from '../user-path.ts'

/** What an offline command works on. */
export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly shownAs: string }
  | PartitionTarget
  | {
      readonly kind: 'dataDirectory'
      readonly path: string
      readonly partitions: readonly PartitionTarget[]
    }

export interface PartitionTarget {
  readonly kind: 'partition'
  readonly path: string
  readonly shownAs: string
  /** The directory's own: `<topic>-<partition>`. */
  readonly name: string
  /** What a check may hold it to. */
  readonly expectations: CheckOptions
  /** As its topic has it. Undefined: only the directory says what there is. */
  readonly indexIntervalBytes?: number
}

/** Nothing is known of where it came from: offsets may skip, as compaction leaves them. */
const UNKNOWN_ORIGIN: CheckOptions = { gaps: true }

export interface Selection {
  readonly topic?: string
  readonly partition?: number
}

/** Finds out what lies at a path: a file of a segment, a partition directory, or a data directory. */
export async function findTarget(
  disk: Disk,
  argument: string,
  selection: Selection,
): Promise<Target> {
  const path = userPath(argument)
  const shownAs = normalize(argument)
  const found = await disk.stat(path)
  if (found === undefined) throw nothingThere(argument)
  if (!found.isDirectory) {
    refuseSelection(selection, argument)
    return { kind: 'file', path, shownAs }
  }
  const names = await disk.list(path)
  if (isPartitionDirectory(names)) {
    refuseSelection(selection, argument)
    return { kind: 'partition', path, shownAs, name: basename(path), expectations: UNKNOWN_ORIGIN }
  }
  const isDataDirectory = names.includes('format.json')
  const below = isDataDirectory ? 'topics' : '.'
  const isThere = !isDataDirectory || names.includes('topics')
  const partitions = isThere
    ? await partitionsIn(disk, join(path, below), join(shownAs, below))
    : []
  // Else any folder with names that end in a number would be looked through, and found sound.
  if (!isDataDirectory && !(await areAllPartitions(disk, partitions))) {
    throw names.includes('topics') ? withoutFormat(argument) : neither(argument)
  }
  return { kind: 'dataDirectory', path, partitions: select(partitions, selection, argument) }
}

export function partitionsOf(
  target: Exclude<Target, { readonly kind: 'file' }>,
): readonly PartitionTarget[] {
  return target.kind === 'partition' ? [target] : target.partitions
}

/** Of the files of a partition directory, those that are part of a segment, by name. */
export async function segmentFilesIn(disk: Disk, directory: string): Promise<readonly string[]> {
  const names = await disk.list(directory)
  return names.filter((name) => parseSegmentFileName(name) !== undefined)
}

/** Of the names in a directory, whether one is that of a segment. */
export function hasSegment(names: readonly string[]): boolean {
  return names.some((name) => parseSegmentFileName(name)?.kind === 'log')
}

function isPartitionDirectory(names: readonly string[]): boolean {
  return names.includes('partition.metadata') || hasSegment(names)
}

async function areAllPartitions(
  disk: Disk,
  partitions: readonly PartitionTarget[],
): Promise<boolean> {
  for (const { path } of partitions) {
    const found = await disk.stat(path)
    if (found?.isDirectory !== true || !isPartitionDirectory(await disk.list(path))) return false
  }
  return partitions.length > 0
}

async function partitionsIn(
  disk: Disk,
  topics: string,
  shownAs: string,
): Promise<readonly PartitionTarget[]> {
  const names = (await disk.list(topics)).filter(
    (name) => parsePartitionDirectoryName(name) !== undefined,
  )
  return names.toSorted(byTopicAndPartition).map((name) => {
    return {
      kind: 'partition',
      path: join(topics, name),
      shownAs: join(shownAs, name),
      name,
      expectations: UNKNOWN_ORIGIN,
    }
  })
}

/** `t-2` comes before `t-10`. */
function byTopicAndPartition(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}

function select(
  partitions: readonly PartitionTarget[],
  { topic, partition }: Selection,
  argument: string,
): readonly PartitionTarget[] {
  const chosen = partitions.filter(({ name }) => {
    const parsed = parsePartitionDirectoryName(name)
    const isTopic = topic === undefined || parsed?.topic === topic
    return isTopic && (partition === undefined || parsed?.partition === partition)
  })
  if (chosen.length > 0 || (topic === undefined && partition === undefined)) return chosen
  const topics = partitions.flatMap(({ name }) => parsePartitionDirectoryName(name)?.topic ?? [])
  const suggestion = topic === undefined ? undefined : nearest(topic, topics)
  throw new CommandFailure(EXIT.notFound, {
    message: `${argument} has no ${partition === undefined ? '' : `partition ${partition} of `}topic ${topic ?? ''}.`,
    next:
      suggestion === undefined || suggestion === topic
        ? `To see what it has: millrace log ls ${argument}`
        : `Did you mean ${suggestion}? To see all: millrace log ls ${argument}`,
  })
}

function refuseSelection({ topic, partition }: Selection, argument: string): void {
  if (topic === undefined && partition === undefined) return
  throw new CommandFailure(EXIT.usage, {
    message: `--topic and --partition choose within a data directory, and ${argument} is none.`,
    next: 'Leave them out, or name the data directory.',
  })
}

function nothingThere(argument: string): CommandFailure {
  return new CommandFailure(EXIT.notFound, {
    message: `There is nothing at ${argument}.`,
    next: 'Name a data directory, a partition directory or a .log file; relative paths start where you stand.',
  })
}

function neither(argument: string): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: `${argument} is neither a data directory nor a partition directory.`,
    next: 'A data directory has a file format.json, a partition directory has files as 00000000000000000000.log.',
  })
}

/** Its making was cut short, or it was lost: no server opens it, whatever its partitions are like. */
function withoutFormat(argument: string): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: `${argument} has a folder topics and no file format.json: it is no data directory that a server opens.`,
    next: `Put format.json back from a backup. To look at the partitions alone: millrace log ls ${join(argument, 'topics')}`,
  })
}
