import { join } from 'node:path'
import { acquireLock } from '@millrace/disk/lock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LogError } from '@millrace/model/log-error'
import { applyRepair, planRepair, type RepairPlan } from '@millrace/storage/repair'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { counted } from '../quantity.ts'
import { userPath } from '../user-path.ts'
import { DEFAULT_DATA_DIRECTORY } from './open-targets.ts'

export interface RepairOptions {
  readonly yes?: true
}

/** Makes a damaged data directory one that opens, with all that is whole; shows what it would do unless told to. */
export async function repairLogs(
  { output, dataDirectory }: Invocation,
  argument: string | undefined,
  { yes }: RepairOptions,
): Promise<void> {
  const shownAs = argument ?? dataDirectory ?? DEFAULT_DATA_DIRECTORY
  const directory = userPath(shownAs)
  if ((await NODE_DISK.stat(join(directory, 'format.json'))) === undefined) {
    throw noDataDirectory(shownAs)
  }
  await using _lock = await acquireLock(join(directory, 'LOCK'))
  const plan = await planned(directory)
  const isDone = yes === true
  const setAside = isDone ? await applyRepair(NODE_DISK, plan) : []
  await output.one({ ...reportOf(plan), isDone, setAside }, () => reportText(plan, isDone))
  if (plan.problems.length === 0) output.note('Every byte is sound: nothing to do.')
  else if (!isDone) output.note('Nothing was written. To do it, add --yes')
  else output.note(`What was taken away is kept in ${join(directory, 'set-aside')}`)
}

/** Without its manifest, which partitions there are and up to where cannot be told. */
async function planned(directory: string): Promise<RepairPlan> {
  try {
    return await planRepair(NODE_DISK, directory)
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'DATA_DIRECTORY_DAMAGED') throw error
    throw new CommandFailure(EXIT.corruption, {
      message: error.message,
      next: 'This cannot be repaired in place; nothing was changed.',
      cause: error,
    })
  }
}

function reportOf({ badJournal, partitions, problems, unplaced }: RepairPlan): object {
  return {
    problems,
    partitions,
    badJournal: badJournal.map(({ path, position, length }) => ({ path, position, length })),
    unplaced: unplaced.map(({ sequence, item: { kind, log, baseOffset, bytes } }) => {
      return { sequence, kind, log, baseOffset, bytes: bytes.length }
    }),
  }
}

function reportText(
  { badJournal, partitions, problems, unplaced }: RepairPlan,
  isDone: boolean,
): string {
  const [keep, span, write] = isDone
    ? ['Kept', 'Lost', 'Written anew']
    : ['Would keep', 'Would be lost', 'Would write anew']
  if (problems.length === 0) return ''
  const lines = [
    ...problems.map(
      ({ path, position, message }) => `DAMAGE  ${path}, byte ${position}: ${message}`,
    ),
    ...badJournal.map(({ path, position, length }) => {
      return `${keep} in set-aside: ${path}, ${counted(length, 'byte')} from byte ${position}`
    }),
    ...unplaced.map(({ sequence, item }) => {
      return `${keep} in set-aside: of entry ${sequence}, ${counted(item.bytes.length, 'byte')} of log ${item.log}, which is not known`
    }),
    ...partitions.flatMap(({ name, lost, rewritten }) => [
      ...rewritten.map((path) => `${write}: ${path}, without its bad bytes, which are kept`),
      ...lost.map(({ from, to }) => {
        const count = counted(to - from + 1, 'offset')
        return `${span}: ${name}, offsets ${from} to ${to} (${count}); an empty batch spans them`
      }),
    ]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function noDataDirectory(shownAs: string): CommandFailure {
  return new CommandFailure(EXIT.notFound, {
    message: `There is no data directory at ${shownAs}.`,
    next: 'Name the directory that serve was given; it has a file format.json.',
  })
}
