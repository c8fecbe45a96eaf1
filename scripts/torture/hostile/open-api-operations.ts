/** What can be asked of a server, as its own `/openapi.json` says it. */
export interface Operation {
  readonly method: string
  /** With `{name}` where parameters go. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** By media type. */
  readonly bodies: Readonly<Record<string, Schema>>
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly schema: Schema
}

/** JSON Schema, as far as values are made from it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly examples?: readonly unknown[]
}

export interface Api {
  readonly operations: readonly Operation[]
  readonly schemas: Readonly<Record<string, Schema>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

interface Described {
  readonly parameters?: readonly { name: string; in: string; schema?: Schema }[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: Schema }>> }
}

export function apiOf(json: unknown): Api {
  const { components, paths } = json as Document
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.map((each) => ({ ...each, schema: each.schema ?? {} })),
      bodies: Object.fromEntries(
        Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [
          type,
          schema ?? {},
        ]),
      ),
    })),
  )
  return { operations, schemas: components?.schemas ?? {} }
}
