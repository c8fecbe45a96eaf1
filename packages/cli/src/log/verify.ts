import { join, relative } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { type CheckEvent, checkLogFile, checkPartition, type Finding } from '@millrace/log/check'
import type { LogError } from '@millrace/model/log-error'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted, formatBytes } from '../quantity.ts'
import { expectNamedSegment } from './expect-segment.ts'
import { type OpenTarget, openTargets } from './open-targets.ts'
import { partitionsOf, type Selection, type Target } from './target.ts'
import { startVerifyProgress, type VerifyProgress } from './verify-progress.ts'

export interface VerifyOptions extends Selection {
  /** A bar, where there is a terminal. */
  readonly progress: boolean
}

interface Tally {
  partitions: number
  segments: number
  records: number
  bytes: number
  damage: number
  journalEntries: number
}

interface StoreFinding {
  readonly kind: 'finding'
  readonly severity: 'damage'
  readonly code: 'store'
  readonly path: string
  readonly message: string
}

/** Reads and checks every byte. Status 7, and the exact place, when something is not as it was written. */
export async function verifyLogs(
  invocation: Invocation,
  paths: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  const { output } = invocation
  const tally: Tally = {
    partitions: 0,
    segments: 0,
    records: 0,
    bytes: 0,
    damage: 0,
    journalEntries: 0,
  }
  await output.stream(findings(invocation, paths, options, tally), {
    asText: findingText,
    asJson: (finding) => JSON.stringify(finding),
  })
  const what =
    `${counted(tally.partitions, 'partition')}, ${counted(tally.segments, 'segment')}, ` +
    `${counted(tally.records, 'record')}, ${formatBytes(tally.bytes)}`
  if (tally.damage === 0) {
    if (output.format !== 'table') return
    await output.text(`Sound: ${what}.\n`)
    if (tally.journalEntries === 0) return
    const entries = counted(tally.journalEntries, 'journal entry', 'journal entries')
    output.note(
      `As the next start will find it, with ${entries} that the segments may not have yet.`,
    )
    return
  }
  throw new CommandFailure(EXIT.corruption, {
    message: `${counted(tally.damage, 'damaged place')} in ${what}.`,
    next:
      'Keep a copy of the directory. Indexes: millrace log reindex. The log itself: millrace log repair. ' +
      'Both show what they would do before they do it.',
  })
}

async function* findings(
  invocation: Invocation,
  paths: readonly string[],
  options: VerifyOptions,
  tally: Tally,
): AsyncGenerator<Finding | StoreFinding> {
  for await (const open of openTargets(invocation, paths, options, 'alone')) {
    const { damage, disk, journalEntries, target } = open
    tally.journalEntries += journalEntries
    if (damage !== undefined) {
      tally.damage += 1
      yield storeFinding(target, damage)
    }
    const progress = await startVerifyProgress(disk, target, { isWanted: options.progress })
    try {
      yield* checkTarget(open, tally, progress)
    } finally {
      progress.stop()
    }
  }
}

async function* checkTarget(
  { disk, target }: OpenTarget,
  tally: Tally,
  progress: VerifyProgress,
): AsyncGenerator<Finding> {
  for await (const event of checks(disk, target, tally)) {
    if (event.kind === 'segment') {
      tally.segments += 1
      tally.records += event.records
      tally.bytes += event.bytes
      progress.endSegment(event.bytes)
    } else if (event.kind === 'progress') {
      progress.show(event.checkedBytes)
    } else {
      if (event.severity === 'damage') tally.damage += 1
      yield event
    }
  }
}

/** Of the journal and the checkpoint, which no partition has. */
function storeFinding(target: Target, damage: LogError): StoreFinding {
  const path = target.kind === 'dataDirectory' ? target.path : ''
  return { kind: 'finding', severity: 'damage', code: 'store', path, message: damage.message }
}

async function* checks(disk: Disk, target: Target, tally: Tally): AsyncGenerator<CheckEvent> {
  if (target.kind === 'file') {
    await expectNamedSegment(disk, target)
    tally.partitions += 1
    yield* checkLogFile(disk, target.path, { gaps: true })
    return
  }
  for (const partition of partitionsOf(target)) {
    tally.partitions += 1
    for await (const event of checkPartition(disk, partition.path, partition.expectations)) {
      const path = join(partition.shownAs, relative(partition.path, event.path))
      yield { ...event, path }
    }
  }
}

function findingText(finding: Finding | StoreFinding): string {
  if (finding.code === 'store') return `DAMAGE  ${finding.message}\n`
  const { severity, path, position, offset, message } = finding
  const place = offset === undefined ? `byte ${position}` : `byte ${position}, offset ${offset}`
  return `${severity === 'damage' ? 'DAMAGE' : 'note'}  ${path}, ${place}: ${message}\n`
}
