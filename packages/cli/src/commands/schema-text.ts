import type { Command } from 'commander'
import { count, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { InferOptions } from '../schema/infer-schema.ts'
import type { TypesOptions } from '../schema/print-types.ts'
import type { SourceOptions } from '../schema/schema-source.ts'
import { addExamples } from './examples.ts'
import { references } from './schema-references.ts'

/** What is made of schemas, and what schemas are made of. */
export function addSchemaTextCommands(schema: Command): void {
  addDiff(schema)
  addTypes(schema)
  addInfer(schema)
}

function addDiff(schema: Command): void {
  addExamples(
    schema
      .command('diff')
      .description('what one schema has otherwise than another, field by field')
      .argument('<before>', 'an .avsc file, a subject or a version of it')
      .argument('<after>', 'likewise')
      .option('--reference <name=subject@version>', 'a schema that a file names', references)
      .action(async (before: string, after: string, options: SourceOptions, command: Command) => {
        const { diffSchemas } = await import('../schema/diff-schemas.ts')
        await diffSchemas(invocationOf(command), before, after, options)
      }),
    [
      ['millrace schema diff orders-value@1 orders-value@2', 'two versions'],
      ['millrace schema diff orders-value next.avsc', 'the latest, and a file'],
    ],
  )
}

function addTypes(schema: Command): void {
  addExamples(
    schema
      .command('types')
      .description('print TypeScript for the data of a schema')
      .argument('<schema>', 'an .avsc file, a subject or a version of it')
      .option('--name <name>', 'what a schema without a name is called (default: Datum)')
      .option('--reference <name=subject@version>', 'a schema that a file names', references)
      .action(async (source: string, options: TypesOptions, command: Command) => {
        const { printTypes } = await import('../schema/print-types.ts')
        await printTypes(invocationOf(command), source, options)
      }),
    [
      ['millrace schema types order.avsc > order.ts', 'of a file'],
      ['millrace schema types orders-value@2', 'of a version'],
    ],
  )
}

function addInfer(schema: Command): void {
  addExamples(
    schema
      .command('infer')
      .description('propose a schema that JSON values fit')
      .argument('[file]', 'a JSON value a line')
      .option('--topic <topic>', 'the values of this topic instead', topicName)
      .option('-n, --max-records <count>', 'look at so many', count, RECORDS_MAX)
      .option('--name <name>', 'what the record is called (default: Value)')
      .action(async (file: string | undefined, options: InferOptions, command: Command) => {
        const { inferSchema } = await import('../schema/infer-schema.ts')
        await inferSchema(invocationOf(command), file, options)
      }),
    [
      ['millrace schema infer orders.jsonl --name Order > order.avsc', 'from a file'],
      ['millrace schema infer --topic orders -n 100', 'from what is stored'],
    ],
  )
}

const RECORDS_MAX = 10_000
