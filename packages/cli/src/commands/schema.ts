import { COMPATIBILITY_LEVELS, SUBJECT_MODES } from '@millrace/model/schema-registry'
import type { SchemaName } from '@millrace/model/schema-setting'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { count } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { DeleteOptions } from '../schema/delete-schema.ts'
import type { RegisterOptions } from '../schema/register-schema.ts'
import type { ConfigOptions } from '../schema/schema-config.ts'
import { schemaName } from '../schema/schema-name.ts'
import { addExamples } from './examples.ts'
import { addSchemaCheckCommand } from './schema-check.ts'
import { addSchemaTextCommands } from './schema-text.ts'
import { references } from './schema-references.ts'

export function addSchemaCommands(program: Command): void {
  const schema = program
    .command('schema')
    .description('Avro schemas: register, check, compare, prove against the history')
  addExamples(schema, [
    ['millrace schema register orders-value order.avsc', 'the first version of a subject'],
    ['millrace topic alter orders --config valueSchema=orders-value', 'a topic that is held to it'],
    ['millrace schema check orders-value next.avsc --against-history', 'before the next one'],
  ])
  addList(schema)
  addGet(schema)
  addRegister(schema)
  addSchemaCheckCommand(schema)
  addSchemaTextCommands(schema)
  addDelete(schema)
  addConfig(schema)
}

function addList(schema: Command): void {
  addExamples(
    schema
      .command('ls')
      .alias('list')
      .description('list subjects with their latest version, or the versions of one')
      .argument('[subject]', 'a subject: every version of it')
      .option('--prefix <text>', 'only subjects whose names begin so')
      .option('--deleted', 'also what is deleted, though not permanently')
      .action(
        async (
          subject: string | undefined,
          options: { readonly prefix?: string; readonly deleted?: true },
          command: Command,
        ) => {
          const { listSchemas } = await import('../schema/list-schemas.ts')
          await listSchemas(invocationOf(command), subject, options)
        },
      ),
    [
      ['millrace schema ls', 'every subject'],
      ['millrace schema ls orders-value', 'the versions of one'],
    ],
  )
}

function addGet(schema: Command): void {
  addExamples(
    schema
      .command('get')
      .description('print a schema')
      .argument('[subject]', 'a subject, or a version of it: orders-value@7', schemaName)
      .option('--id <id>', 'the schema of this id, whatever its subject', count)
      .option('--deleted', 'also when it is deleted, though not permanently')
      .action(
        async (
          name: SchemaName | undefined,
          options: { readonly id?: number; readonly deleted?: true },
          command: Command,
        ) => {
          const { showSchema } = await import('../schema/show-schema.ts')
          await showSchema(invocationOf(command), name, options)
        },
      ),
    [
      ['millrace schema get orders-value', 'the latest version'],
      ['millrace schema get orders-value@1 > order.avsc', 'the first, into a file'],
      ['millrace schema get --id 7 -o json', 'with what it refers to'],
    ],
  )
}

function addRegister(schema: Command): void {
  addExamples(
    schema
      .command('register')
      .description('make a schema the next version of a subject; one that it is already stays so')
      .argument('<subject>', 'a subject')
      .argument('<file>', 'an .avsc file, or Avro IDL (.avdl)')
      .option('--reference <name=subject@version>', 'a schema that it names', references)
      .option('--normalize', 'what says the same in other words is the same')
      .action(async (subject: string, file: string, options: RegisterOptions, command: Command) => {
        const { registerSchema } = await import('../schema/register-schema.ts')
        await registerSchema(invocationOf(command), subject, file, options)
      }),
    [
      ['millrace schema register orders-value order.avsc', 'the next version'],
      [
        'millrace schema register orders-value order.avsc --reference com.example.Item=item@1',
        'it names the schema of another subject',
      ],
    ],
  )
}

function addDelete(schema: Command): void {
  addExamples(
    schema
      .command('delete')
      .alias('rm')
      .description('delete a subject, or a version of it; shows it unless --yes')
      .argument('<subject>', 'a subject, or a version of it: orders-value@7', schemaName)
      .option('--permanent', 'for good; what is not deleted yet must be deleted first')
      .option('-y, --yes', 'do it')
      .action(async (name: SchemaName, options: DeleteOptions, command: Command) => {
        const { deleteSchema } = await import('../schema/delete-schema.ts')
        await deleteSchema(invocationOf(command), name, options)
      }),
    [
      ['millrace schema delete orders-value@3', 'what would go'],
      ['millrace schema delete orders-value --yes', 'every version'],
      ['millrace schema delete orders-value --permanent --yes', 'then for good'],
    ],
  )
}

function addConfig(schema: Command): void {
  addExamples(
    schema
      .command('config')
      .description('show or set what may be registered: for a subject, or for all')
      .argument('[subject]', 'a subject (default: all without settings of their own)')
      .addOption(
        new Option('--compatibility <level>', 'who must be able to read whom')
          .choices(COMPATIBILITY_LEVELS)
          .argParser((text) => oneOf(COMPATIBILITY_LEVELS, text)),
      )
      .addOption(
        new Option('--mode <mode>', 'what may be done')
          .choices(SUBJECT_MODES)
          .argParser((text) => oneOf(SUBJECT_MODES, text)),
      )
      .option('--force', 'mode IMPORT also where there are schemas already')
      .option('--delete', 'take back what was set')
      .action(async (subject: string | undefined, options: ConfigOptions, command: Command) => {
        const { configureSchemas } = await import('../schema/schema-config.ts')
        await configureSchemas(invocationOf(command), subject, options)
      }),
    [
      ['millrace schema config', 'what holds for all'],
      ['millrace schema config orders-value --compatibility FULL_TRANSITIVE', 'for one subject'],
      ['millrace schema config orders-value --delete', 'as all others again'],
    ],
  )
}

/** In any case of letters. */
function oneOf<Choice extends string>(choices: readonly Choice[], text: string): Choice {
  const choice = choices.find((one) => one === text.toUpperCase().replaceAll('-', '_'))
  if (choice !== undefined) return choice
  throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
}
