import type { SchemaVersion } from '@millrace/client'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { counted, formatCount } from '../quantity.ts'

/** Every subject with its latest version; of one subject, every version. */
export async function listSchemas(
  invocation: Invocation,
  subject: string | undefined,
  { prefix, deleted }: { readonly prefix?: string; readonly deleted?: true },
): Promise<void> {
  const { output, signal } = invocation
  const needs = subject === undefined ? {} : { subject }
  await withServer(invocation, needs, async ({ schemas }) => {
    const rows: SchemaVersion[] = []
    const filter = { deleted: deleted === true, signal }
    if (subject === undefined) {
      const named = { ...filter, ...(prefix !== undefined && { prefix }) }
      for await (const row of schemas.list({ ...named, latestOnly: true })) rows.push(row)
    } else {
      for (const version of await schemas.versions(subject, filter)) {
        rows.push(await schemas.get(subject, { ...filter, version }))
      }
    }
    if (rows.length === 0) {
      output.note('No subjects. To make one: millrace schema register SUBJECT FILE')
    }
    await output.list(rows, [
      { title: 'subject', of: (row) => row.subject },
      { title: 'version', of: (row) => formatCount(row.version), align: 'right' },
      { title: 'id', of: (row) => String(row.id), align: 'right' },
      { title: 'schema', of: (row) => summaryOf(row.schema) },
    ])
  })
}

/** `record com.example.Order, 4 fields` */
function summaryOf(text: string): string {
  const schema = JSON.parse(text) as unknown
  if (typeof schema === 'string') return schema
  if (Array.isArray(schema)) return 'union'
  const { type, name, namespace, fields } = schema as Readonly<Record<string, unknown>>
  const inNamespace = typeof namespace === 'string' && namespace !== '' ? `${namespace}.` : ''
  const called = typeof name === 'string' ? ` ${name.includes('.') ? '' : inNamespace}${name}` : ''
  const count = Array.isArray(fields) ? `, ${counted(fields.length, 'field')}` : ''
  return `${typeof type === 'string' ? type : 'schema'}${called}${count}`
}
