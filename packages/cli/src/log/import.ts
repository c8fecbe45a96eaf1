import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { type ImportPlan, planImport } from '@millrace/log/import-plan'
import { LogError } from '@millrace/model/log-error'
import { parsePartitionDirectoryName, partitionDirectoryName } from '@millrace/model/topic'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted, formatBytes } from '../quantity.ts'
import { userPath } from '../user-path.ts'
import { DEFAULT_DATA_DIRECTORY } from './open-targets.ts'
import { hasSegment, type Selection } from './target.ts'

export interface ImportOptions extends Selection {
  readonly openTransactions: 'refuse' | 'keep'
  readonly yes?: true
}

/** Copies a partition directory of Kafka's into a data directory, with its offsets. The source is not changed. */
export async function importLog(
  { output, dataDirectory }: Invocation,
  source: string,
  options: ImportOptions,
): Promise<void> {
  const path = userPath(source)
  const found = await NODE_DISK.stat(path)
  if (found?.isDirectory !== true) throw noDirectory(source)
  const directory = directoryName(source, options)
  if (!hasSegment(await NODE_DISK.list(path))) throw noSegment(source)
  const plan = await surveyed(path)
  for (const { path: place, position, message } of plan.findings) {
    output.note(`DAMAGE  ${place}, byte ${position}: ${message}`)
  }
  if (plan.findings.length > 0 && options.yes !== true) throw damaged(plan)
  expectNoOpenTransaction(plan, options)
  const target = dataDirectory ?? userPath(DEFAULT_DATA_DIRECTORY)
  await using storage = await Storage.open(NODE_DISK, target, SYSTEM_CLOCK, STORAGE_CONFIG)
  const topicId = plan.topicId ?? randomBytes(16).toString('base64url')
  const log = { source: path, plan, directory, topicId, config: LOG_CONFIG_DEFAULTS }
  const { openTransactions } = options
  const { setAside } = await storage
    .importLog(log, { openTransactions })
    .catch((error: unknown) => {
      throw isTaken(error) ? nameTaken(directory, error) : error
    })
  const answer = { directory, dataDirectory: target, ...extentOf(plan), setAside }
  await output.one(answer, () => summary(answer, plan))
}

/** A reserve is the server's to make: how large it is to be is not known here. */
const STORAGE_CONFIG = parseStorageConfig({ reserveBytes: 0 })

async function surveyed(path: string): Promise<ImportPlan> {
  for await (const event of planImport(NODE_DISK, path)) {
    if (event.kind === 'plan') return event
  }
  assert.fail('A survey ends in its plan.')
}

/** What the directory is called here: as it was there, unless the options say otherwise. */
function directoryName(source: string, { topic, partition }: Selection): string {
  const named = parsePartitionDirectoryName(basename(userPath(source)))
  const name = topic ?? named?.topic
  const index = partition ?? named?.partition
  if (name !== undefined && index !== undefined) return partitionDirectoryName(name, index)
  throw new CommandFailure(EXIT.usage, {
    message: `${source} does not say which partition it is.`,
    next: 'Give --topic and --partition.',
  })
}

function extentOf({ segments, logStartOffset, logEndOffset, gaps }: ImportPlan) {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return { logStartOffset, logEndOffset, segments: segments.length, bytes, gaps }
}

function summary(
  answer: { readonly directory: string; readonly setAside: readonly string[] },
  plan: ImportPlan,
): string {
  const { bytes, segments, logStartOffset, logEndOffset } = extentOf(plan)
  const topic = parsePartitionDirectoryName(answer.directory)?.topic ?? ''
  // Kafka's producer snapshots were read; what they say is kept in a form of our own.
  const leftOut = plan.leftOut.filter((name) => !name.endsWith('.snapshot'))
  const lines = [
    `Brought in ${answer.directory}: offsets ${logStartOffset} to ${logEndOffset - 1}, ` +
      `${counted(segments, 'segment')}, ${formatBytes(bytes)}.`,
    ...(plan.gaps ? ['Its offsets skip, as compaction leaves them.'] : []),
    ...answer.setAside.map((path) => `What was not sound is kept in ${path}`),
    ...leftOut.map((name) => `Left out: ${name}`),
    `The next start of the server has it in topic ${topic}.`,
  ]
  return `${lines.join('\n')}\n`
}

function expectNoOpenTransaction(plan: ImportPlan, options: ImportOptions): void {
  const [open] = plan.openTransactions
  if (open === undefined || options.openTransactions === 'keep') return
  throw new CommandFailure(EXIT.conflict, {
    message: `Producer ${open.producerId} has a transaction open since offset ${open.firstOffset}: whether its records count is not decided.`,
    next: 'Let it end in Kafka first, or have its records read: --open-transactions keep',
  })
}

function isTaken(error: unknown): error is LogError {
  return error instanceof LogError && error.code === 'TOPIC_EXISTS'
}

function nameTaken(directory: string, cause: LogError): CommandFailure {
  return new CommandFailure(EXIT.conflict, {
    message: `The data directory has a partition ${directory} already.`,
    next: 'Give this one another name with --topic or --partition, or delete that topic first.',
    cause,
  })
}

function damaged(plan: ImportPlan): CommandFailure {
  return new CommandFailure(EXIT.corruption, {
    message: `${counted(plan.findings.length, 'place')} of it are damaged; nothing was brought in.`,
    next: 'To bring in what is sound, and keep the rest in set-aside, add --yes',
  })
}

function noSegment(source: string): CommandFailure {
  return new CommandFailure(EXIT.notFound, {
    message: `${source} has no segment.`,
    next: 'A partition directory has files as 00000000000000000000.log.',
  })
}

function noDirectory(source: string): CommandFailure {
  return new CommandFailure(EXIT.notFound, {
    message: `${source} is no directory.`,
    next: 'Name a partition directory of Kafka’s, as in /var/lib/kafka/orders-0',
  })
}
