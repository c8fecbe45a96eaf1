import type { Command } from 'commander'
import { count, partitions, time, topicName } from '../arguments.ts'
import type { ConsumeOptions } from '../consume/consume-options.ts'
import { invocationOf } from '../invocation.ts'
import { addExamples } from './examples.ts'

export function addConsumeCommand(program: Command): void {
  addExamples(
    program
      .command('consume')
      .description('print records, up to what there is now: each value and a line feed')
      .argument('<topic>', 'a topic', topicName)
      .option('--offset <offset>', 'begin here: earliest, latest or a number (default: earliest)')
      .option('--from <time>', 'begin with the first record at or after this time', time)
      .option('--last <count>', 'begin so many records before the end of each partition', count)
      .option('--until <time>', 'end before the first record at or after this time', time)
      .option('--follow', 'go on with what comes')
      .option('-n, --max-records <count>', 'end after so many', count)
      .option('--partition <numbers>', 'only these: 0,2', partitions)
      .option('--key <text>', 'only records with this key')
      .action(async (topic: string, options: ConsumeOptions, command: Command) => {
        const { consume } = await import('../consume/consume.ts')
        await consume(invocationOf(command), { topic, ...options })
      })
      .addHelpText(
        'after',
        '\nRecords of one partition come in their order. -o jsonl prints whole records, as\n' +
          'produce --format jsonl takes them.',
      ),
    [
      ['millrace consume orders', 'everything there is'],
      ['millrace consume orders --last 10 --follow', 'the newest, and what comes'],
      ['millrace consume orders --from 2h --until 1h -o jsonl', 'an hour, as JSON'],
      ['millrace consume orders --key user-1 -n 5', 'five records of one key'],
    ],
  )
}
