import { type Command, Option } from 'commander'
import { assignments, count, duration, naturalNumber, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { ProduceOptions } from '../produce/produce-options.ts'
import { schemaName } from '../schema/schema-name.ts'
import { addExamples, type Example } from './examples.ts'

export function addProduceCommand(program: Command): void {
  addExamples(
    withOptions(program.command('produce'))
      .action(
        async (
          topic: string,
          file: string | undefined,
          options: ProduceOptions,
          command: Command,
        ) => {
          const { produce } = await import('../produce/produce.ts')
          await produce(invocationOf(command), { topic, file, ...options })
        },
      )
      .addHelpText('after', NOTES),
    EXAMPLES,
  )
}

function withOptions(command: Command): Command {
  return command
    .description('send the lines of a file, or of standard input: a record each, as they are')
    .argument('<topic>', 'a topic', topicName)
    .argument('[file]', 'what to send (default: standard input)')
    .option('--key <text>', 'the key of every record')
    .option('--key-json <pointer>', 'the key is at this JSON Pointer of the line: /user/id')
    .option('--key-regex <pattern>', 'the key is what matches: group 1, else all of it')
    .option(
      '--schema <subject>',
      'encode values, which are JSON, with this schema: orders-value@7',
      schemaName,
    )
    .option('--key-schema <subject>', 'likewise keys', schemaName)
    .option('--partition <number>', 'instead of the one that the key chooses', naturalNumber)
    .option('--header <name=value>', 'of every record; may be repeated', assignments)
    .option('--line-header <name>', 'a header with the number of the line, from 1')
    .addOption(
      new Option('--format <format>', 'lines, or records as consume -o jsonl writes them')
        .choices(['lines', 'jsonl'])
        .default('lines'),
    )
    .option('--ignore-partition', 'with jsonl: the key chooses, not the record')
    .option('--from-line <number>', 'begin with this line, from 1', count, 1)
    .addOption(
      new Option('--compression <codec>', 'of the batches')
        .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
        .default('none'),
    )
    .addOption(
      new Option('--retry-for <duration>', 'how long to wait for a server that does not answer')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .option('--no-progress', 'no progress bar on a terminal')
}

const EXAMPLES: readonly Example[] = [
  ['millrace produce visits access.log', 'a record a line, spread over the partitions'],
  ['millrace produce orders --key-json /user < orders.jsonl', 'each user’s orders stay in order'],
  ['millrace produce ssh --key-regex "sshd\\[(\\d+)\\]" sshd.log', 'the key is a part of the line'],
  [
    'millrace produce orders --schema orders-value@2 orders.jsonl',
    'as Avro, with version 2 of its schema',
  ],
  ['millrace consume a -o jsonl | millrace produce b --format jsonl', 'copy a topic'],
]

const NOTES = `
Lines for a topic with a schema are JSON, and are encoded with its latest version, or the one that
--schema names. A line that does not fit ends it, or goes where the topic says. Where keys have a schema,
--key-json takes whatever JSON is there; --key and --key-regex are text, or JSON where no text fits.`
