import { nestingOf, parseExactJson } from './exact-json.ts'
import { SCHEMA_NESTING_MAX } from './limits.ts'
import { SchemaFault } from './schema-fault.ts'

export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

export type JsonObject = Readonly<Record<string, Json>>

/** With every digit of its integers. Throws SchemaFault for what is not JSON, or nests too deep. */
export function parseSchemaJson(text: string): Json {
  if (nestingOf(text) > JSON_NESTING_MAX) {
    throw new SchemaFault(`It nests deeper than ${JSON_NESTING_MAX} levels of JSON.`)
  }
  try {
    return parseExactJson(text) as Json
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message}` : ''
    throw new SchemaFault(`It is not JSON${reason}`, '', { cause })
  }
}

/** A record takes three levels, for itself, its fields, and each of them. */
const JSON_NESTING_MAX = 3 * SCHEMA_NESTING_MAX

/** Without white space between its tokens, and with every digit. */
export function jsonText(value: Json): string {
  if (typeof value === 'bigint') return value.toString()
  if (isJsonArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}:${jsonText(one)}`,
  )
  return `{${members.join(',')}}`
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function stringsOf(value: Json | undefined): readonly string[] {
  return isJsonArray(value) ? value.filter((one) => typeof one === 'string') : []
}
