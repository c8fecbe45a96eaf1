import type {
  CompatibilityLevel,
  CompatibilityResult,
  SchemaReference,
  SubjectConfig,
  SubjectMode,
  VersionName,
} from '@millrace/model/schema-registry'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { type CallOptions, type HttpRequest, pathOf } from './http.ts'

/** A schema as text or as what `JSON.parse` makes of it, with those that it names. */
export interface SchemaInput {
  readonly schema: string | object
  readonly references?: readonly SchemaReference[]
  /** By a form in which what means the same is written the same. */
  readonly normalize?: boolean
}

export interface SchemaText {
  readonly schema: string
  readonly references: readonly SchemaReference[]
}

/** A version of a subject. */
export interface SchemaVersion extends SchemaText {
  readonly subject: string
  readonly version: number
  readonly id: number
}

export type RegisteredSchema = Pick<SchemaVersion, 'subject' | 'version' | 'id'>

/** Versions that were deleted, though not permanently, are there only when asked for. */
export interface DeletedOptions extends CallOptions {
  readonly deleted?: boolean
}

export interface SubjectOptions extends DeletedOptions {
  readonly prefix?: string
}

export interface SchemaListOptions extends SubjectOptions {
  /** Of each subject its last version only. */
  readonly latestOnly?: boolean
}

export interface CompatibilityCheckOptions extends CallOptions {
  /** Against this one; when not said, against those that registering would look at. */
  readonly version?: VersionName
}

export interface SchemaDeletion extends CallOptions {
  /** All of the subject when not said. */
  readonly version?: VersionName
  /** For good; what is not deleted yet must be deleted first. */
  readonly permanent?: boolean
}

/** Whether what holds for all subjects is the answer, where the subject has nothing of its own. */
export interface InheritOptions extends CallOptions {
  readonly inherit?: boolean
}

/**
 * The schema registry of the server. What it refuses is a MillraceError with the code of its table (SUBJECT_NOT_FOUND,
 * INCOMPATIBLE_SCHEMA, …) and the `errorCode` that Confluent's API has for it. A subject of `undefined` is all of them.
 */
export interface Schemas {
  /** In the order of their names. */
  subjects(options?: SubjectOptions): Promise<readonly string[]>
  /**
   * Versions of all subjects, in the order of their names, fetched as they are asked for: what is registered or deleted
   * meanwhile may move others past the reader.
   */
  list(options?: SchemaListOptions): AsyncIterable<SchemaVersion>
  /** SUBJECT_NOT_FOUND. */
  versions(subject: string, options?: DeletedOptions): Promise<readonly number[]>
  /** The latest unless told otherwise. SUBJECT_NOT_FOUND, VERSION_NOT_FOUND. */
  get(
    subject: string,
    options?: DeletedOptions & { readonly version?: VersionName },
  ): Promise<SchemaVersion>
  /** SCHEMA_NOT_FOUND. */
  getById(id: number, options?: CallOptions): Promise<SchemaText>
  /** Where a schema is registered. */
  versionsOf(
    id: number,
    options?: DeletedOptions,
  ): Promise<readonly Pick<SchemaVersion, 'subject' | 'version'>[]>
  /** On disk when it resolves. The same text has one id. INCOMPATIBLE_SCHEMA, INVALID_SCHEMA. */
  register(subject: string, schema: SchemaInput & CallOptions): Promise<RegisteredSchema>
  /** The version that this schema is. SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND. */
  lookup(subject: string, schema: SchemaInput & CallOptions): Promise<SchemaVersion>
  /** Whether it could be registered, and why not. */
  check(
    subject: string,
    schema: SchemaInput,
    options?: CompatibilityCheckOptions,
  ): Promise<CompatibilityResult>
  /** Answers with the versions that are gone. */
  delete(subject: string, options?: SchemaDeletion): Promise<readonly number[]>
  /** Of the subject alone COMPATIBILITY_NOT_CONFIGURED, unless it inherits. */
  config(subject: string | undefined, options?: InheritOptions): Promise<SubjectConfig>
  /** What is not named stays as it is. */
  setConfig(
    subject: string | undefined,
    config: SubjectConfig,
    options?: CallOptions,
  ): Promise<SubjectConfig>
  /** Answers with what it was. */
  deleteConfig(subject: string | undefined, options?: CallOptions): Promise<SubjectConfig>
  /** Of the subject alone MODE_NOT_CONFIGURED, unless it inherits. */
  mode(subject: string | undefined, options?: InheritOptions): Promise<SubjectMode>
  /** `force`: IMPORT also where there are schemas already. */
  setMode(
    subject: string | undefined,
    mode: SubjectMode,
    options?: CallOptions & { readonly force?: boolean },
  ): Promise<void>
  /** Answers with what it was. */
  deleteMode(subject: string | undefined, options?: CallOptions): Promise<SubjectMode>
}

export function createSchemas(connection: Connection): Schemas {
  const ask = <Answer>(request: RegistryRequest) => askRegistry<Answer>(connection, request)
  return Object.freeze({
    ...reading(ask),
    ...changing(ask),
    ...settings(ask),
  } satisfies Schemas)
}

interface RegistryRequest extends Pick<HttpRequest, 'path' | 'query' | 'signal'> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly json?: unknown
}

type Ask = <Answer>(request: RegistryRequest) => Promise<Answer>

/** Asked again, what was deleted is gone: that alone is not done twice. */
function askRegistry<Answer>(connection: Connection, request: RegistryRequest): Promise<Answer> {
  const { method, path } = request
  const isIdempotent = method !== 'DELETE'
  const mayAppend = method === 'PUT' || method === 'DELETE' || REGISTERING.test(path)
  return call<Answer>(connection, { ...request, path: `/registry${path}`, isIdempotent, mayAppend })
}

const REGISTERING = /^\/subjects\/[^/]+\/versions$/

function reading(ask: Ask) {
  return {
    async subjects({ prefix, deleted, signal } = {}) {
      const query = { subjectPrefix: prefix, deleted }
      const names: string[] = []
      for await (const page of pages<string>(ask, { path: '/subjects', query, signal }, SUBJECTS)) {
        names.push(...page)
      }
      return names
    },
    async *list({ prefix, deleted, latestOnly, signal } = {}) {
      const query = { subjectPrefix: prefix, deleted, latestOnly }
      const asked = { path: '/schemas', query, signal }
      for await (const page of pages<VersionAnswer>(ask, asked, SCHEMAS)) yield* page.map(versionOf)
    },
    versions(subject, { deleted, signal } = {}) {
      const path = pathOf`/subjects/${subject}/versions`
      return ask<readonly number[]>({ method: 'GET', path, query: { deleted }, signal })
    },
    async get(subject, { version = 'latest', deleted, signal } = {}) {
      const path = pathOf`/subjects/${subject}/versions/${version}`
      return versionOf(await ask({ method: 'GET', path, query: { deleted }, signal }))
    },
    async getById(id, { signal } = {}) {
      const path = pathOf`/schemas/ids/${id}`
      return textOf(await ask<SchemaAnswer>({ method: 'GET', path, signal }))
    },
    versionsOf(id, { deleted, signal } = {}) {
      const path = pathOf`/schemas/ids/${id}/versions`
      return ask<readonly Pick<SchemaVersion, 'subject' | 'version'>[]>({
        method: 'GET',
        path,
        query: { deleted },
        signal,
      })
    },
  } satisfies Partial<Schemas>
}

/** How many are asked for at once: one answer has no more than 20,000 names, and 32 of the largest schemas. */
const SUBJECTS = 1_000
const SCHEMAS = 32

async function* pages<Item>(
  ask: Ask,
  { query, ...request }: Omit<RegistryRequest, 'method'>,
  limit: number,
): AsyncGenerator<readonly Item[]> {
  for (let offset = 0; ; offset += limit) {
    const asked = { ...request, method: 'GET', query: { ...query, offset, limit } } as const
    const page = await ask<readonly Item[]>(asked)
    yield page
    if (page.length < limit) return
  }
}

function changing(ask: Ask) {
  const lookup: Schemas['lookup'] = async (subject, { signal, ...schema }) => {
    const path = pathOf`/subjects/${subject}`
    return versionOf(await ask({ method: 'POST', path, ...bodyOf(schema), signal }))
  }
  return {
    lookup,
    async register(subject, { signal, ...schema }) {
      const path = pathOf`/subjects/${subject}/versions`
      await ask({ method: 'POST', path, ...bodyOf(schema), signal })
      const { id, version } = await lookup(subject, { ...schema, signal })
      return { subject, version, id }
    },
    async check(subject, schema, { version, signal } = {}) {
      const path = pathOf`/compatibility/subjects/${subject}/versions`
      const { json, query } = bodyOf(schema)
      const answer = await ask<CheckAnswer>({
        method: 'POST',
        path: version === undefined ? path : path + pathOf`/${version}`,
        query: { ...query, verbose: true },
        json,
        signal,
      })
      return { isCompatible: answer.is_compatible, messages: answer.messages ?? [] }
    },
    async delete(subject, { version, permanent, signal } = {}) {
      const path = pathOf`/subjects/${subject}`
      const of = version === undefined ? path : path + pathOf`/versions/${version}`
      const request = { method: 'DELETE', path: of, query: { permanent }, signal } as const
      if (version === undefined) return ask<readonly number[]>(request)
      return [await ask<number>(request)]
    },
  } satisfies Partial<Schemas>
}

function settings(ask: Ask) {
  return {
    async config(subject, { inherit, signal } = {}) {
      const query = { defaultToGlobal: inherit }
      const path = settingPath('config', subject)
      return configOf(await ask({ method: 'GET', path, query, signal }))
    },
    setConfig(subject, config, { signal } = {}) {
      const path = settingPath('config', subject)
      return ask<SubjectConfig>({ method: 'PUT', path, json: config, signal })
    },
    async deleteConfig(subject, { signal } = {}) {
      return configOf(await ask({ method: 'DELETE', path: settingPath('config', subject), signal }))
    },
    async mode(subject, { inherit, signal } = {}) {
      const query = { defaultToGlobal: inherit }
      const path = settingPath('mode', subject)
      return (await ask<ModeAnswer>({ method: 'GET', path, query, signal })).mode
    },
    async setMode(subject, mode, { force, signal } = {}) {
      const path = settingPath('mode', subject)
      await ask({ method: 'PUT', path, query: { force }, json: { mode }, signal })
    },
    async deleteMode(subject, { signal } = {}) {
      const path = settingPath('mode', subject)
      return (await ask<ModeAnswer>({ method: 'DELETE', path, signal })).mode
    },
  } satisfies Partial<Schemas>
}

function settingPath(what: 'config' | 'mode', subject: string | undefined): string {
  return subject === undefined ? `/${what}` : pathOf`/${what}/${subject}`
}

/** What the registry answers with: references are left out where there are none. */
interface SchemaAnswer {
  readonly schema: string
  readonly references?: readonly SchemaReference[]
}

type VersionAnswer = SchemaAnswer & RegisteredSchema

interface CheckAnswer {
  readonly is_compatible: boolean
  readonly messages?: readonly string[]
}

interface ConfigAnswer {
  readonly compatibilityLevel?: CompatibilityLevel
  readonly normalize?: boolean
}

interface ModeAnswer {
  readonly mode: SubjectMode
}

function bodyOf({ schema, references = [], normalize }: SchemaInput) {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
  const json = { schema: text, ...(references.length > 0 && { references }) }
  return { json, query: { normalize } }
}

function textOf({ schema, references = [] }: SchemaAnswer): SchemaText {
  return { schema, references }
}

function versionOf(answer: VersionAnswer): SchemaVersion {
  const { subject, version, id } = answer
  return { subject, version, id, ...textOf(answer) }
}

function configOf({ compatibilityLevel, normalize }: ConfigAnswer): SubjectConfig {
  return {
    ...(compatibilityLevel !== undefined && { compatibility: compatibilityLevel }),
    ...(normalize !== undefined && { normalize }),
  }
}
