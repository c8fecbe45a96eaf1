import { type Command, Option } from 'commander'
import { count, naturalNumber, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { GrepOptions } from '../log/grep.ts'
import type { ImportOptions } from '../log/import.ts'
import type { ListOptions } from '../log/list-segments.ts'
import type { ReindexOptions } from '../log/reindex.ts'
import type { SchemaFiles } from '../log/stored-data.ts'
import type { VerifyOptions } from '../log/verify.ts'
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
  addList(log)
  addDump(log)
  addGrep(log)
  addVerify(log)
  addReindex(log)
  addRepair(log)
  addImport(log)
}

function addList(log: Command): void {
  addExamples(
    selecting(log.command('ls').alias('list'))
      .description('list segments: sizes, offsets and times, and how full each is')
      .option(
        '--segment-bytes <bytes>',
        'the size at which a segment is full (default: as its topic has it)',
        count,
      )
      .action(async (paths: readonly string[], options: ListOptions, command: Command) => {
        const { listSegments } = await import('../log/list-segments.ts')
        await listSegments(invocationOf(command), paths, options)
      }),
    [
      ['millrace log ls ./data', 'all segments'],
      ['millrace log ls ./data --topic orders -o jsonl', 'of one topic, for a program'],
    ],
  )
}

function addGrep(log: Command): void {
  addExamples(
    log
      .command('grep')
      .description(
        'find records by text in their value, key or headers, Avro as JSON, too; status 3 when there is none',
      )
      .argument('<pattern>', 'text as it is, or a regular expression with --regex')
      .argument('[path...]', PATHS)
      .option('-E, --regex', 'the pattern is a regular expression')
      .option('-i, --ignore-case', 'large or small letters are the same')
      .addOption(new Option('--in <parts...>', 'where to look').choices(['key', 'value', 'header']))
      .option('--topic <topic>', 'only this topic of a data directory', topicName)
      .option('--partition <number>', 'only this partition of its topics', naturalNumber)
      .action(
        async (
          pattern: string,
          paths: readonly string[],
          options: GrepOptions,
          command: Command,
        ) => {
          const { grepLogs } = await import('../log/grep.ts')
          await grepLogs(invocationOf(command), pattern, paths, options)
        },
      ),
    [
      ['millrace log grep "blk_-160899" ./data', 'every record that has it'],
      ['millrace log grep -E "^user-\\d+$" ./data --in key -o jsonl', 'by key, as records'],
    ],
  )
}

interface DumpCommandOptions extends SchemaFiles {
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
      .option('--values', 'records with their keys and values; those that are Avro as JSON, too')
      .option(
        '--schema <file>',
        'values read as data of this schema; without a registry, written so',
      )
      .option('--key-schema <file>', 'likewise keys')
      .action(async (paths: readonly string[], options: DumpCommandOptions, command: Command) => {
        const { dumpLogs } = await import('../log/dump.ts')
        const { values, schema, keySchema } = options
        const content = values === true || (schema ?? keySchema) !== undefined
        const records = content || options.records === true
        await dumpLogs(invocationOf(command), paths, { ...options, records, content })
      }),
    [
      ['millrace log dump 00000000000000000000.log', 'the batches of one segment'],
      ['millrace log dump ./data --topic orders --partition 0 --records', 'every record of one'],
      ['millrace log dump ./data --topic orders --values', 'Avro as JSON, by the schemas it has'],
      ['millrace log dump ./backup --schema order.avsc', 'by the schema of a file'],
      ['millrace log dump 00000000000000000000.index', 'the entries of an index'],
    ],
  )
}

function addVerify(log: Command): void {
  addExamples(
    selecting(log.command('verify'))
      .description('read and check every byte; status 7 and the exact place when one is wrong')
      .option('--no-progress', 'no progress bar on a terminal')
      .action(async (paths: readonly string[], options: VerifyOptions, command: Command) => {
        const { verifyLogs } = await import('../log/verify.ts')
        await verifyLogs(invocationOf(command), paths, options)
      }),
    [
      ['millrace log verify ./data', 'all of a data directory'],
      ['millrace log verify /var/lib/kafka/orders-0', 'a partition directory of Kafka’s'],
    ],
  )
}

function addReindex(log: Command): void {
  addExamples(
    selecting(log.command('reindex'))
      .description('make indexes that are missing or damaged again; shows which unless --yes')
      .option(
        '--index-interval-bytes <bytes>',
        'bytes of batches between two entries (default: as its topic has it)',
        naturalNumber,
      )
      .option('--all', 'sound ones, too')
      .option('-y, --yes', 'do it; what is replaced is kept in set-aside')
      .action(async (paths: readonly string[], options: ReindexOptions, command: Command) => {
        const { reindexLogs } = await import('../log/reindex.ts')
        await reindexLogs(invocationOf(command), paths, options)
      }),
    [
      ['millrace log reindex ./data', 'which indexes are not what they should be'],
      ['millrace log reindex ./data --topic orders --yes', 'make those of one topic again'],
    ],
  )
}

function addRepair(log: Command): void {
  addExamples(
    log
      .command('repair')
      .description(
        'put a data directory in order that a server does not open; shows how unless --yes',
      )
      .argument('[dir]', 'a data directory (default: --data-dir, or ./data)')
      .option('-y, --yes', 'do it; what is replaced is kept in set-aside')
      .action(
        async (
          directory: string | undefined,
          options: { readonly yes?: true },
          command: Command,
        ) => {
          const { repairLogs } = await import('../log/repair.ts')
          await repairLogs(invocationOf(command), directory, options)
        },
      ),
    [
      ['millrace log repair ./data', 'what is damaged, and what would become of it'],
      ['millrace log repair ./data --yes', 'do that'],
    ],
  )
}

function addImport(log: Command): void {
  addExamples(
    log
      .command('import')
      .description('copy a partition directory of Kafka’s into a data directory, with its offsets')
      .argument('<dir>', 'a partition directory: <topic>-<partition>')
      .option('--topic <topic>', 'what its topic is called here (default: as there)', topicName)
      .option('--partition <number>', 'which partition it is here', naturalNumber)
      .addOption(
        new Option('--open-transactions <what>', 'records of a transaction that has not ended')
          .choices(['refuse', 'keep'])
          .default('refuse'),
      )
      .option('-y, --yes', 'bring in what is sound of a damaged one')
      .action(async (source: string, options: ImportOptions, command: Command) => {
        const { importLog } = await import('../log/import.ts')
        await importLog(invocationOf(command), source, options)
      }),
    [
      ['millrace log import /var/lib/kafka/orders-0 --data-dir ./data', 'as orders, partition 0'],
      ['millrace log import ./backup --topic orders --partition 3', 'under that name'],
    ],
  )
}

/** The arguments that every offline command shares. */
function selecting(command: Command): Command {
  return command
    .argument('[path...]', PATHS)
    .option('--topic <topic>', 'only this topic of a data directory', topicName)
    .option('--partition <number>', 'only this partition of its topics', naturalNumber)
}

const PATHS = 'data directories, partition directories or files (default: --data-dir, or ./data)'
