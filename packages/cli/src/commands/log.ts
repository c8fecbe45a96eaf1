import type { Command } from 'commander'
import { naturalNumber, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import { addExamples } from './examples.ts'

/** What lies on the disk, with the server down. */
export function addLogCommands(program: Command): void {
  const log = program
    .command('log')
    .description('look at the files, check and mend them, with the server down')
  addExamples(log, [
    ['millrace log ls ./data', 'what segments there are'],
    ['millrace log verify ./data', 'read and check every byte'],
  ])
  addDump(log)
}

interface DumpCommandOptions {
  readonly records?: true
  readonly values?: true
  readonly topic?: string
  readonly partition?: number
}

function addDump(log: Command): void {
  addExamples(
    selecting(log.command('dump'))
      .description(
        'print record batches and index entries, in the line format of Kafka’s dump tool',
      )
      .option('--records', 'every record of a batch, not only the batch')
      .option('--values', 'records with their keys and values')
      .action(async (paths: readonly string[], options: DumpCommandOptions, command: Command) => {
        const { dumpLogs } = await import('../log/dump.ts')
        const content = options.values === true
        const records = content || options.records === true
        await dumpLogs(invocationOf(command), paths, { ...options, records, content })
      }),
    [
      ['millrace log dump 00000000000000000000.log', 'the batches of one segment'],
      ['millrace log dump ./data --topic orders --partition 0 --records', 'every record of one'],
      ['millrace log dump 00000000000000000000.index', 'the entries of an index'],
    ],
  )
}

/** The arguments that every offline command shares. */
function selecting(command: Command): Command {
  return command
    .argument(
      '[path...]',
      'data directories, partition directories or files (default: --data-dir, or ./data)',
    )
    .option('--topic <topic>', 'only this topic of a data directory', topicName)
    .option('--partition <number>', 'only this partition of its topics', naturalNumber)
}
