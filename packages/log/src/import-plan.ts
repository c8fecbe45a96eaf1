import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { LogError } from '@millrace/model/log-error'
import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import { scanBatches } from './batch-scanner.ts'
import type { Finding } from './check-finding.ts'
import type { CheckProgress } from './check-segment.ts'
import { ImportSurvey, type SegmentToImport } from './import-survey.ts'
import { LEADER_EPOCH_FILE, type LeaderEpoch } from './leader-epochs.ts'
import { PARTITION_METADATA_FILE, parsePartitionMetadata } from './partition-metadata.ts'
import { decodeProducerSnapshot } from './producer-snapshot.ts'
import { parseSegmentFileName, segmentBaseOffsets, segmentFilePath } from './segment-files.ts'
import { readWholeFile } from './whole-file.ts'

/** What a partition directory of Kafka's holds, and how much of it can be brought in. */
export interface ImportPlan {
  readonly kind: 'plan'
  readonly segments: readonly SegmentToImport[]
  readonly logStartOffset: Offset
  readonly logEndOffset: Offset
  /** Offsets skip somewhere: by compaction, or where damage is left behind. */
  readonly gaps: boolean
  readonly leaderEpochs: readonly LeaderEpoch[]
  /** Of all batches and snapshots; -1: none. The store has to go on above both. */
  readonly highestLeaderEpoch: number
  readonly highestProducerId: number
  /** Neither committed nor aborted: whether their records count is not decided. */
  readonly openTransactions: readonly {
    readonly producerId: number
    readonly firstOffset: Offset
  }[]
  /** 22 characters of base64url, when the directory says so. */
  readonly topicId: string | undefined
  /** All damage: what would be left behind. */
  readonly findings: readonly Finding[]
  /** Names of files that are not brought in, indexes aside: those are made again. */
  readonly leftOut: readonly string[]
}

/**
 * Reads every batch of the directory and changes nothing; the last event is the plan. Damage ends at the next sound
 * batch: no later batch and no later segment is given up for it, as Kafka would. INVALID_REQUEST without a segment.
 */
export async function* planImport(
  disk: Disk,
  directory: string,
): AsyncGenerator<CheckProgress | ImportPlan> {
  const names = await disk.list(directory)
  const baseOffsets = segmentBaseOffsets(names)
  if (baseOffsets.length === 0) {
    throw new LogError('INVALID_REQUEST', `${directory} has no segment: no file ends in .log.`)
  }
  const survey = new ImportSurvey()
  for (const [index, baseOffset] of baseOffsets.entries()) {
    yield* surveySegment(disk, directory, survey, baseOffset, baseOffsets[index + 1])
  }
  const snapshotIds = await producerIdsOfSnapshots(disk, directory, names)
  yield {
    kind: 'plan',
    segments: survey.segments,
    logStartOffset: survey.logStartOffset,
    logEndOffset: survey.logEndOffset,
    gaps: survey.gaps,
    leaderEpochs: survey.leaderEpochs,
    highestLeaderEpoch: survey.highestLeaderEpoch,
    highestProducerId: Math.max(survey.highestProducerId, ...snapshotIds),
    openTransactions: survey.openTransactions,
    topicId: await topicIdOf(disk, directory),
    findings: survey.findings,
    leftOut: names.filter((name) => !isPartOfPartition(name)),
  }
}

async function* surveySegment(
  disk: Disk,
  directory: string,
  survey: ImportSurvey,
  baseOffset: Offset,
  nextBaseOffset: Offset | undefined,
): AsyncGenerator<CheckProgress> {
  const path = segmentFilePath(directory, baseOffset, 'log')
  const transactionIndexPath = segmentFilePath(directory, baseOffset, 'txnindex')
  const transactionIndex = Buffer.from((await readWholeFile(disk, transactionIndexPath)) ?? [])
  const file = await disk.open(path, 'read')
  try {
    const bytes = await file.size()
    survey.begin({ baseOffset, path, bytes, transactionIndexPath, transactionIndex })
    const range = { from: 0 as Position, to: bytes as Position, nextOffset: baseOffset }
    const endOffset = nextBaseOffset ?? OFFSET_MAX
    for await (const scanned of scanBatches(file, { ...range, endOffset, gaps: true })) {
      survey.add(scanned)
      const isDamage = scanned.kind === 'damage'
      const checkedBytes = isDamage ? scanned.endPosition : scanned.position + scanned.bytes.length
      yield { kind: 'progress', path, checkedBytes, bytes }
    }
    survey.end()
  } finally {
    await file.close()
  }
}

/** A snapshot knows producers whose batches retention has taken. */
async function producerIdsOfSnapshots(
  disk: Disk,
  directory: string,
  names: readonly string[],
): Promise<readonly number[]> {
  const ids: number[] = []
  for (const name of names) {
    if (parseSegmentFileName(name)?.kind !== 'snapshot') continue
    const bytes = Buffer.from((await readWholeFile(disk, join(directory, name))) ?? [])
    const rows = decodeProducerSnapshot(bytes) ?? []
    ids.push(rows.reduce((highest, row) => Math.max(highest, row.producerId), -1))
  }
  return ids
}

async function topicIdOf(disk: Disk, directory: string): Promise<string | undefined> {
  const bytes = await readWholeFile(disk, join(directory, PARTITION_METADATA_FILE))
  return bytes && parsePartitionMetadata(Buffer.from(bytes).toString('latin1'))?.topicId
}

function isPartOfPartition(name: string): boolean {
  if (name === LEADER_EPOCH_FILE || name === PARTITION_METADATA_FILE) return true
  const kind = parseSegmentFileName(name)?.kind
  return kind !== undefined && kind !== 'snapshot'
}
