import type { Command } from 'commander'
import {
  count,
  groupName,
  integer,
  naturalNumber,
  partitions,
  time,
  topicName,
} from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { CommitOptions } from '../offset/commit-offsets.ts'
import type { HistoryOptions } from '../offset/offset-history.ts'
import type { ResetOptions } from '../offset/reset-offsets.ts'
import { addExamples } from './examples.ts'

export function addOffsetCommands(program: Command): void {
  const offset = program
    .command('offset')
    .description('committed offsets of consumer groups: read, commit, move, look back')
  addExamples(offset, [
    ['millrace offset ls billing', 'where a group is, and how far behind'],
    ['millrace offset reset billing orders --to-time 2h', 'what would move'],
  ])
  addList(offset)
  addCommit(offset)
  addReset(offset)
  addHistory(offset)
}

function addList(offset: Command): void {
  addExamples(
    offset
      .command('ls')
      .alias('list')
      .description('where a group is in each partition, and its lag; without a group, all groups')
      .argument('[group]', 'a consumer group', groupName)
      .option('--topic <topic>', 'only in this topic', topicName)
      .action(
        async (
          group: string | undefined,
          options: { readonly topic?: string },
          command: Command,
        ) => {
          const offsets = await import('../offset/list-offsets.ts')
          if (group === undefined) await offsets.listGroups(invocationOf(command))
          else await offsets.listOffsets(invocationOf(command), group, options)
        },
      ),
    [
      ['millrace offset ls', 'every group'],
      ['millrace offset ls billing --topic orders', 'one group in one topic'],
    ],
  )
}

function addCommit(offset: Command): void {
  addExamples(
    ofGroupInTopic(offset.command('commit'))
      .description('say where a group goes on, all or nothing; on disk when it is answered')
      .argument('[position...]', 'partition:offset, the next offset that the group will read')
      .option('--offset <offset>', 'the same in every partition: earliest, latest or a number')
      .option('--partition <numbers>', 'with --offset: only these', partitions)
      .option('--metadata <text>', 'a note that stays with the commit')
      .action(
        async (
          group: string,
          topic: string,
          positions: readonly string[],
          options: CommitOptions,
          command: Command,
        ) => {
          const { commitOffsets } = await import('../offset/commit-offsets.ts')
          await commitOffsets(invocationOf(command), { group, topic, positions, ...options })
        },
      ),
    [
      ['millrace offset commit billing orders 0:42 1:17', 'partition 0 from 42, 1 from 17'],
      ['millrace offset commit billing orders --offset latest', 'only what comes from now on'],
    ],
  )
}

function addReset(offset: Command): void {
  addExamples(
    ofGroupInTopic(offset.command('reset'))
      .description('move a group in a topic; shows what would move unless --yes')
      .option('--to <place>', 'earliest or latest')
      .option('--to-offset <offset>', 'this offset', naturalNumber)
      .option('--to-time <time>', 'the first record at or after this time', time)
      .option('--shift <records>', 'so many on, or back: --shift=-100', integer)
      .option('--committed-at <time>', 'where the group was at this time', time)
      .option('--partition <numbers>', 'only these', partitions)
      .option('-y, --yes', 'do it')
      .action(async (group: string, topic: string, options: ResetOptions, command: Command) => {
        const { resetOffsets } = await import('../offset/reset-offsets.ts')
        await resetOffsets(invocationOf(command), { group, topic, ...options })
      }),
    [
      ['millrace offset reset billing orders --to earliest', 'what would move'],
      ['millrace offset reset billing orders --to-time 2h --yes', 'read two hours again'],
      ['millrace offset reset billing orders --shift=-100 --yes', 'a hundred records back'],
    ],
  )
}

function addHistory(offset: Command): void {
  addExamples(
    offset
      .command('history')
      .description('what a group committed, when and by whom; newest first')
      .argument('<group>', 'a consumer group', groupName)
      .option('--topic <topic>', 'only in this topic', topicName)
      .option('--partition <number>', 'only in this partition', naturalNumber)
      .option('-n, --limit <count>', 'how many at most', count, HISTORY_LIMIT)
      .action(async (group: string, options: HistoryOptions, command: Command) => {
        const { showHistory } = await import('../offset/offset-history.ts')
        await showHistory(invocationOf(command), group, options)
      }),
    [['millrace offset history billing --topic orders -n 20', 'the last twenty commits']],
  )
}

const HISTORY_LIMIT = 100

/** What every command takes that moves a group. */
function ofGroupInTopic(command: Command): Command {
  return command
    .argument('<group>', 'a consumer group', groupName)
    .argument('<topic>', 'a topic', topicName)
}
