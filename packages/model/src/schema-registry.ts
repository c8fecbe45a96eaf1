/** The schema registry as an edge sees it, in the words of Confluent's Schema Registry. */

/** Which earlier schemas a new one is held against, and who must be able to read whom. */
export const COMPATIBILITY_LEVELS = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number]

/** What may be done to a subject. IMPORT takes schemas with ids and versions that they have elsewhere. */
export const SUBJECT_MODES = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'] as const

export type SubjectMode = (typeof SUBJECT_MODES)[number]

/** A schema that another one names. */
export interface SchemaReference {
  /** The full name of the type, as the other schema has it. */
  readonly name: string
  readonly subject: string
  readonly version: number
}

export interface SchemaContent {
  readonly schema: string
  readonly references: readonly SchemaReference[]
}

export interface SchemaInput extends SchemaContent {
  /** By a form in which what means the same is written the same. */
  readonly normalize?: boolean
}

export interface SchemaToRegister extends SchemaInput {
  /** Only in mode IMPORT, and there always. */
  readonly id?: number
  /** In mode IMPORT any; otherwise the next, or OPERATION_NOT_PERMITTED. */
  readonly version?: number
}

/** A version of a subject. */
export interface SubjectVersion extends SchemaContent {
  readonly subject: string
  readonly version: number
  readonly id: number
  /** Not permanently: it is still there when asked for. */
  readonly isDeleted: boolean
}

/** Versions that were deleted, though not permanently, are shown only when asked for. */
export interface DeletedFilter {
  readonly deleted?: boolean
  readonly deletedOnly?: boolean
}

export interface SubjectFilter extends DeletedFilter {
  readonly prefix?: string
  readonly offset?: number
  readonly limit?: number
}

export interface SchemaFilter extends SubjectFilter {
  /** Of each subject its last version only. */
  readonly latestOnly?: boolean
}

export type SubjectVersionName = Pick<SubjectVersion, 'subject' | 'version'>

export interface SubjectConfig {
  readonly compatibility?: CompatibilityLevel
  readonly normalize?: boolean
}

export interface CompatibilityResult {
  readonly isCompatible: boolean
  /** Why not, in the form that Confluent's registry prints. */
  readonly messages: readonly string[]
}

export type VersionName = number | 'latest'

/**
 * Every method rejects with `RegistryError`, or with `LogError` for what the storage refuses. What changes anything
 * is on disk when it resolves. A subject of `undefined` is all of them: the global setting.
 */
export interface SchemaRegistryApi {
  // Registering and looking up
  /** The same text with the same references has one id, whatever the subject, for ever. */
  register(subject: string, schema: SchemaToRegister): Promise<SubjectVersion>
  /** SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND. */
  lookup(subject: string, schema: SchemaInput, filter?: DeletedFilter): Promise<SubjectVersion>

  // Subjects and versions
  listSubjects(filter: SubjectFilter): Promise<readonly string[]>
  listVersions(subject: string, filter: DeletedFilter): Promise<readonly number[]>
  getVersion(subject: string, version: VersionName, filter?: DeletedFilter): Promise<SubjectVersion>
  /** Ids of schemas that name this version and that a subject has. */
  referencedBy(subject: string, version: VersionName): Promise<readonly number[]>
  /** Answers with the versions that are gone. */
  deleteSubject(subject: string, permanent: boolean): Promise<readonly number[]>
  deleteVersion(subject: string, version: VersionName, permanent: boolean): Promise<number>

  // Schemas by id
  listSchemas(filter: SchemaFilter): Promise<readonly SubjectVersion[]>
  /**
   * SCHEMA_NOT_FOUND for an id that was never given. It is there also when its last version was deleted permanently:
   * records may still have its id.
   */
  getSchema(id: number): Promise<SchemaContent>
  /** SCHEMA_NOT_FOUND also for an id whose last version was deleted permanently. */
  versionsOf(
    id: number,
    filter: DeletedFilter & { readonly subject?: string },
  ): Promise<readonly SubjectVersionName[]>
  /** The highest id that was given. */
  maxId(): Promise<number>

  // Compatibility, and what may be done
  /** Against one version, or without one against those that registering would look at. */
  checkCompatibility(
    subject: string,
    version: VersionName | undefined,
    schema: SchemaInput,
  ): Promise<CompatibilityResult>
  /** With `inherit`, what holds for the subject; otherwise COMPATIBILITY_NOT_CONFIGURED when it has none of its own. */
  getConfig(subject: string | undefined, inherit: boolean): Promise<SubjectConfig>
  /** What is not named stays as it is. Answers with what is set now. */
  setConfig(subject: string | undefined, config: SubjectConfig): Promise<SubjectConfig>
  /** Answers with what it was. */
  deleteConfig(subject: string | undefined): Promise<SubjectConfig>
  getMode(subject: string | undefined, inherit: boolean): Promise<SubjectMode>
  /** OPERATION_NOT_PERMITTED for IMPORT where there are schemas, unless forced. */
  setMode(subject: string | undefined, mode: SubjectMode, force: boolean): Promise<void>
  deleteMode(subject: string | undefined): Promise<SubjectMode>
}
