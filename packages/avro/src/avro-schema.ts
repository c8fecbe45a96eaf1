import { Type } from 'avsc'
import { SchemaFault } from './schema-fault.ts'

/** A schema that was read, and that data can be read and written with. */
export interface AvroSchema {
  /** As JSON without white space between its tokens; the order of its attributes is that of the author. */
  readonly text: string
  readonly type: Type
}

/** A schema that another one names: its text, and the full name that the other calls it by. */
export interface NamedSchemaText {
  readonly name: string
  readonly text: string
}

/** `references`: each after those that it names itself. Throws SchemaFault. */
export function parseSchema(text: string, references: readonly NamedSchemaText[] = []): AvroSchema {
  const registry: Record<string, Type> = {}
  for (const reference of references) Type.forSchema(parseJson(reference.text), { registry })
  const schema = parseJson(text)
  try {
    return { text: JSON.stringify(schema), type: Type.forSchema(schema, { registry }) }
  } catch (error) {
    throw new SchemaFault(error instanceof Error ? error.message : String(error))
  }
}

function parseJson(text: string): Parameters<typeof Type.forSchema>[0] {
  try {
    return JSON.parse(text) as Parameters<typeof Type.forSchema>[0]
  } catch (error) {
    throw new SchemaFault(`It is not JSON: ${error instanceof Error ? error.message : ''}`)
  }
}
