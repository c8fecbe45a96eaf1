import type { AvroType } from './avro-type.ts'
import { settleDefaults } from './default-datum.ts'
import { compactJson, nestingOf, parseExactJson } from './exact-json.ts'
import { SCHEMA_BYTES_MAX, SCHEMA_NESTING_MAX } from './limits.ts'
import { SchemaFault } from './schema-fault.ts'
import { SchemaParser } from './schema-parser.ts'
import { expectFinite, expectShortChains } from './schema-soundness.ts'

/** A schema that was read, and that data can be read and written with. */
export interface AvroSchema {
  /** As JSON without white space between its tokens; for the rest as its author wrote it. */
  readonly text: string
  /** What it says. */
  readonly root: AvroType
}

/** A schema that another one names: its text, and the full name that the other calls it by. */
export interface NamedSchemaText {
  readonly name: string
  readonly text: string
}

/** `references`: each after those that it names itself. Throws SchemaFault. */
export function parseSchema(text: string, references: readonly NamedSchemaText[] = []): AvroSchema {
  const parser = new SchemaParser()
  for (const reference of references) parseReference(parser, reference)
  const root = parseOne(parser, text)
  return { text: compactJson(text), root }
}

/** Of a fault in a reference its path is the reference's own; which one it is is in the message. */
function parseReference(parser: SchemaParser, { name, text }: NamedSchemaText): void {
  try {
    parseOne(parser, text)
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw new SchemaFault(`In the reference to ${name}: ${error.message}`, error.path, {
      cause: error,
    })
  }
  if (!parser.isDefined(name)) {
    throw new SchemaFault(`The reference to ${name} does not define a type of this name.`)
  }
}

function parseOne(parser: SchemaParser, text: string): AvroType {
  const root = parser.parse(parseJson(text))
  const { defaults, records } = parser.takeParsed()
  expectFinite(records)
  expectShortChains(root)
  settleDefaults(defaults)
  return root
}

function parseJson(text: string): unknown {
  if (new TextEncoder().encode(text).length > SCHEMA_BYTES_MAX) {
    throw new SchemaFault(`It has more than ${SCHEMA_BYTES_MAX} bytes.`)
  }
  if (nestingOf(text) > JSON_NESTING_MAX) {
    throw new SchemaFault(`It nests deeper than ${JSON_NESTING_MAX} levels of JSON.`)
  }
  try {
    return parseExactJson(text)
  } catch (error) {
    throw new SchemaFault(`It is not JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

/** A record takes three levels, for itself, its fields, and each of them. */
const JSON_NESTING_MAX = 3 * SCHEMA_NESTING_MAX
