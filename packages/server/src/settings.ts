import assert from 'node:assert/strict'
import { Type } from 'typebox'
import type { TObject, TSchema, TSchemaOptions } from 'typebox'
import { Value } from 'typebox/value'

/** One leaf of the configuration's schema, and every name that it goes by. */
export interface Setting {
  /** In the file and after `--set`: `http.port`. */
  readonly path: string
  /** `MILLRACE_HTTP_PORT`. */
  readonly environmentName: string
  readonly schema: TSchema
  readonly description: string
  readonly default: unknown
}

/** Every setting of a schema, in the order in which the schema names them. */
export function settingsOf(schema: TObject, prefix = ''): readonly Setting[] {
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (Type.IsObject(property)) return settingsOf(property, path)
    const options: TSchemaOptions = { ...property }
    assert(options.description !== undefined, `${path} explains itself`)
    assert('default' in options, `${path} has a default`)
    return [
      {
        path,
        environmentName: environmentName(path),
        schema: property,
        description: options.description,
        default: options.default,
      },
    ]
  })
}

/** `http.port` is `MILLRACE_HTTP_PORT`, `topic.retentionMs` is `MILLRACE_TOPIC_RETENTION_MS`. */
function environmentName(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
  return `MILLRACE_${words.toUpperCase()}`
}

/**
 * A setting's value from text, as the environment and flags bring it. Text that is not of the setting's
 * type stays text, for `problemWith` to refuse.
 */
export function valueFromText(schema: TSchema, text: string): unknown {
  if (Type.IsString(schema)) return text
  if (Type.IsArray(schema) && !text.trimStart().startsWith('[')) {
    return text === '' ? [] : text.split(',').map((part) => part.trim())
  }
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}

/** Why a value cannot be, as the end of a sentence that begins with the setting's name. */
export function problemWith(schema: TSchema, value: unknown): string | undefined {
  const problem = Value.Errors(schema, value).at(-1)
  if (problem === undefined) return undefined
  if (Type.IsUnion(schema)) return `must be one of ${choicesOf(schema).join(', ')}`
  return problem.message
}

/** The values that a setting with a fixed list of them takes; empty for any other. */
export function choicesOf(schema: TSchema): readonly string[] {
  if (!Type.IsUnion(schema)) return []
  return schema.anyOf.filter(Type.IsLiteral).map((choice) => String(choice.const))
}
