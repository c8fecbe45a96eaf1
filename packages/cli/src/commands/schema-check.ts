import type { Command } from 'commander'
import { count, topicName } from '../arguments.ts'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import { invocationOf } from '../invocation.ts'
import type { HistoryOptions } from '../schema/check-history.ts'
import type { CheckOptions } from '../schema/check-schema.ts'
import { addExamples } from './examples.ts'
import { references } from './schema-references.ts'

interface Options extends CheckOptions, HistoryOptions {
  readonly againstHistory?: true
}

export function addSchemaCheckCommand(schema: Command): void {
  addExamples(
    schema
      .command('check')
      .description('whether a schema may become the next version; status 1 when it may not')
      .argument('<subject>', 'a subject')
      .argument('<file>', 'an .avsc file, or Avro IDL (.avdl)')
      .option('--against <version>', 'against this version alone', count)
      .option('--against-history', 'read every stored record of its topics with the schema')
      .option('--topic <topic>', 'with --against-history: this topic alone', topicName)
      .option('--key', 'of that topic the keys')
      .option('--value', 'of that topic the values')
      .option('--reference <name=subject@version>', 'a schema that it names', references)
      .option('--normalize', 'what says the same in other words is the same')
      .option('--no-progress', 'no progress bar on a terminal')
      .action(async (subject: string, file: string, options: Options, command: Command) => {
        if (options.againstHistory === true) {
          const { checkHistory } = await import('../schema/check-history.ts')
          return checkHistory(invocationOf(command), subject, file, options)
        }
        if ((options.topic ?? options.key ?? options.value) !== undefined) throw withoutHistory()
        const { checkSchema } = await import('../schema/check-schema.ts')
        return checkSchema(invocationOf(command), subject, file, options)
      })
      .addHelpText('after', NOTES),
    [
      ['millrace schema check orders-value next.avsc', 'by the compatibility level'],
      [
        'millrace schema check orders-value next.avsc --against-history',
        'by every record there is',
      ],
      [
        'millrace schema check orders-value next.avsc --against-history --topic archive',
        'in a topic that is not held to the subject',
      ],
    ],
  )
}

function withoutHistory(): CommandFailure {
  return new CommandFailure(EXIT.usage, {
    message: '--topic, --key and --value are for a check against what is stored.',
    next: 'Add --against-history, or leave them out.',
  })
}

const NOTES = `
--against-history reads the records of every topic whose keySchema or valueSchema is the subject, and
answers with how many each version wrote, how many cannot be read, and the first of them.`
