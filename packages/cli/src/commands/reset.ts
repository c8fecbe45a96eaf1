import type { Command } from 'commander'
import { groupName, integer, naturalNumber, partitions, time, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { ResetOptions } from '../offset/reset-offsets.ts'
import { addExamples } from './examples.ts'

/** `offset reset` and `group reset`: who looks for it under either finds it. */
export function addResetCommand(noun: Command): void {
  const line = `millrace ${noun.name()} reset billing orders`
  addExamples(
    ofGroupInTopic(noun.command('reset'))
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
      [`${line} --to earliest`, 'what would move'],
      [`${line} --to-time 2h --yes`, 'read two hours again'],
      [`${line} --shift=-100 --yes`, 'a hundred records back'],
    ],
  )
}

/** What every command takes that moves a group. */
export function ofGroupInTopic(command: Command): Command {
  return command
    .argument('<group>', 'a consumer group', groupName)
    .argument('<topic>', 'a topic', topicName)
}
