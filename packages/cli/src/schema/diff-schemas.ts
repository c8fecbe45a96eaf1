import { schemaDifference } from '@millrace/avro/schema-difference'
import type { SchemaChange } from '@millrace/avro/schema-change'
import type { Invocation } from '../invocation.ts'
import { schemaSource, type SourceOptions } from './schema-source.ts'

/** What the second schema has otherwise than the first. */
export async function diffSchemas(
  invocation: Invocation,
  before: string,
  after: string,
  options: SourceOptions,
): Promise<void> {
  const { output } = invocation
  const first = await schemaSource(invocation, before, options)
  const changes = schemaDifference(first, await schemaSource(invocation, after, options))
  if (output.format !== 'table') return output.list(changes, [])
  if (changes.length === 0) return output.text(`${after} says the same as ${before}.\n`)
  return output.text(changes.map(changeText).join(''))
}

/** `+ note field: …`, `- …`, `~ total type: int → long` */
function changeText({ path, kind, what, from, to }: SchemaChange): string {
  const mark = { added: '+', removed: '-', changed: '~' }[kind]
  const of = path === '' ? 'the schema' : path
  const values = [from, to].filter((one) => one !== undefined).join(' → ')
  return `${mark} ${of}, ${what}: ${values}\n`
}
