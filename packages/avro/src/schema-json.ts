import { SchemaFault } from './schema-fault.ts'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

export type JsonObject = Readonly<Record<string, Json>>

/** Throws SchemaFault for what is not JSON. */
export function parseSchemaJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message}` : ''
    throw new SchemaFault(`It is not JSON${reason}`, '', { cause })
  }
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
