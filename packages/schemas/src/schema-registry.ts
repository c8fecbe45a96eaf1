import type { AvroSchema } from '@millrace/avro/avro-schema'
import type * as model from '@millrace/model/schema-registry'
import { OneAtATime } from '@millrace/storage/one-at-a-time'
import { checkSchema } from './checking.ts'
import * as configuring from './configuring.ts'
import { deleteSubject, deleteVersion } from './deleting.ts'
import { contentOf, describe, findVersion, schemaNotFound, versionsOf } from './finding.ts'
import { REGISTRY_LIMITS, type RegistryLimits } from './limits.ts'
import { listSchemas, listSubjects } from './listing.ts'
import { lookUp } from './looking-up.ts'
import { ParsedSchemas } from './parsed-schemas.ts'
import { register } from './registering.ts'
import type { RegistryParts } from './registry-parts.ts'
import { SchemaCatalog } from './schema-catalog.ts'
import type { SchemaStore } from './schema-store.ts'
import { plainSubject } from './subject-name.ts'

/** Schemas by id, subjects with their versions, and what may become the next. What it answers is on disk. */
export class SchemaRegistry implements model.SchemaRegistryApi {
  readonly #parts: RegistryParts
  readonly #changes = new OneAtATime()

  constructor(
    store: SchemaStore,
    expectRoom: () => void,
    limits: RegistryLimits = REGISTRY_LIMITS,
  ) {
    const catalog = new SchemaCatalog(store)
    this.#parts = { store, catalog, schemas: new ParsedSchemas(store), limits, expectRoom }
  }

  // What produce and fetch ask record by record: from memory, without waiting

  /**
   * Undefined: no such id was ever given. Also of a schema that is deleted: records may still have its id. Throws
   * SchemaFault for a schema that this version of Millrace can no longer read.
   */
  parsed(id: number): AvroSchema | undefined {
    return this.#parts.schemas.get(id)?.schema
  }

  /** Undefined: there is none, or it is deleted. */
  findVersion(
    subject: string,
    version: model.VersionName,
  ): { readonly id: number; readonly version: number } | undefined {
    const versions = this.#parts.catalog.versions(plainSubject(subject))
    return version === 'latest'
      ? versions.findLast(({ isDeleted }) => !isDeleted)
      : versions.find((one) => one.version === version && !one.isDeleted)
  }

  /** Whether any version of the subject, deleted or not, has that id. */
  hasId(subject: string, id: number): boolean {
    return this.#parts.catalog.versions(plainSubject(subject)).some((one) => one.id === id)
  }

  /** Of all versions of the subject, deleted or not, in their order. */
  idsOf(subject: string): readonly number[] {
    return this.#parts.catalog.versions(plainSubject(subject)).map(({ id }) => id)
  }

  // What an edge asks

  async register(subject: string, schema: model.SchemaToRegister): Promise<model.SubjectVersion> {
    const work = () => register(this.#parts, plainSubject(subject), schema)
    return describe(this.#parts, await this.#changes.run(work))
  }

  async lookup(
    subject: string,
    schema: model.SchemaInput,
    filter: model.DeletedFilter = {},
  ): Promise<model.SubjectVersion> {
    return lookUp(this.#parts, plainSubject(subject), schema, filter)
  }

  async listSubjects(filter: model.SubjectFilter): Promise<readonly string[]> {
    return listSubjects(this.#parts, filter)
  }

  async listVersions(subject: string, filter: model.DeletedFilter): Promise<readonly number[]> {
    const versions = versionsOf(this.#parts.catalog, plainSubject(subject), filter)
    return versions.map(({ version }) => version)
  }

  async getVersion(
    subject: string,
    version: model.VersionName,
    filter: model.DeletedFilter = {},
  ): Promise<model.SubjectVersion> {
    const found = findVersion(this.#parts.catalog, plainSubject(subject), version, filter)
    return describe(this.#parts, found)
  }

  async referencedBy(subject: string, name: model.VersionName): Promise<readonly number[]> {
    const { catalog } = this.#parts
    const { version } = findVersion(catalog, plainSubject(subject), name, { deleted: true })
    return catalog.referrers(plainSubject(subject), version)
  }

  deleteSubject(subject: string, permanent: boolean): Promise<readonly number[]> {
    return this.#changes.run(() => deleteSubject(this.#parts, plainSubject(subject), permanent))
  }

  deleteVersion(subject: string, version: model.VersionName, permanent: boolean): Promise<number> {
    const plain = plainSubject(subject)
    return this.#changes.run(() => deleteVersion(this.#parts, plain, version, permanent))
  }

  async listSchemas(filter: model.SchemaFilter): Promise<readonly model.SubjectVersion[]> {
    return listSchemas(this.#parts, filter)
  }

  async getSchema(id: number): Promise<model.SchemaContent> {
    return contentOf(this.#parts, id)
  }

  async versionsOf(
    id: number,
    filter: model.DeletedFilter & { readonly subject?: string },
  ): Promise<readonly model.SubjectVersionName[]> {
    const uses = this.#parts.catalog.uses(id)
    if (uses.length === 0) throw schemaNotFound(id)
    const subject = filter.subject === undefined ? undefined : plainSubject(filter.subject)
    return uses
      .filter((use) => !use.isDeleted || filter.deleted === true)
      .filter((use) => subject === undefined || use.subject === subject)
      .map(({ subject: of, version }) => ({ subject: of, version }))
  }

  async maxId(): Promise<number> {
    return this.#parts.catalog.highestId
  }

  async checkCompatibility(
    subject: string,
    version: model.VersionName | undefined,
    schema: model.SchemaInput,
  ): Promise<model.CompatibilityResult> {
    return checkSchema(this.#parts, plainSubject(subject), version, schema)
  }

  async getConfig(subject: string | undefined, inherit: boolean): Promise<model.SubjectConfig> {
    return configuring.getConfig(this.#parts, plain(subject), inherit)
  }

  setConfig(
    subject: string | undefined,
    config: model.SubjectConfig,
  ): Promise<model.SubjectConfig> {
    return this.#changes.run(() => configuring.setConfig(this.#parts, plain(subject), config))
  }

  deleteConfig(subject: string | undefined): Promise<model.SubjectConfig> {
    return this.#changes.run(() => configuring.deleteConfig(this.#parts, plain(subject)))
  }

  async getMode(subject: string | undefined, inherit: boolean): Promise<model.SubjectMode> {
    return configuring.getMode(this.#parts, plain(subject), inherit)
  }

  setMode(subject: string | undefined, mode: model.SubjectMode, force: boolean): Promise<void> {
    return this.#changes.run(() => configuring.setMode(this.#parts, plain(subject), mode, force))
  }

  deleteMode(subject: string | undefined): Promise<model.SubjectMode> {
    return this.#changes.run(() => configuring.deleteMode(this.#parts, plain(subject)))
  }
}

function plain(subject: string | undefined): string | undefined {
  return subject === undefined ? undefined : plainSubject(subject)
}
