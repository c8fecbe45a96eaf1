import { changeOf, type SchemaChange } from './schema-change.ts'
import { type Json, type JsonObject, jsonText } from './schema-json.ts'

/** Of attributes that are compared as the author wrote them, by their names; not those that are `known`. */
export function attributeChanges(
  path: string,
  before: { readonly attributes: JsonObject },
  after: { readonly attributes: JsonObject },
  known: readonly string[],
): readonly SchemaChange[] {
  const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)])
  return [...names]
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const [from, to] = [before.attributes[name], after.attributes[name]]
      return changeOf(path, name, inWords(from), inWords(to))
    })
}

function inWords(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : jsonText(value)
}
