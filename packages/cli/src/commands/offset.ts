import type { Command } from 'commander'
import { count, groupName, naturalNumber, partitions, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { CommitOptions } from '../offset/commit-offsets.ts'
import type { HistoryOptions } from '../offset/offset-history.ts'
import { addExamples } from './examples.ts'
import { addResetCommand, ofGroupInTopic } from './reset.ts'

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
  addResetCommand(offset)
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
          if (group === undefined) {
            const { listGroups } = await import('../group/list-groups.ts')
            return listGroups(invocationOf(command))
          }
          const { listOffsets } = await import('../offset/list-offsets.ts')
          return listOffsets(invocationOf(command), group, options)
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
