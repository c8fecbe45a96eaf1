import { RegistryError } from '@millrace/model/registry-error'
import type { SchemaToRegister, SubjectMode } from '@millrace/model/schema-registry'
import { normalise } from '@millrace/avro/normalise'
import { checkNext } from './compatibility-check.ts'
import { ID_MAX, IMPORTED_ID_MAX, VERSION_MAX } from './limits.ts'
import { type ReadSchema, readSchema } from './reading.ts'
import { type RegistryParts, save } from './registry-parts.ts'
import { schemaHash } from './schema-hash.ts'
import type { StoredVersion } from './schema-record.ts'
import type { SchemaChange } from './schema-store.ts'
import { configFor, expectRegistrable, notPermitted } from './settings.ts'
import { expectSubject } from './subject-name.ts'

/** Makes the schema the next version of the subject, or finds that it is one. One at a time. */
export async function register(
  parts: RegistryParts,
  subject: string,
  input: SchemaToRegister,
): Promise<StoredVersion> {
  expectSubject(subject)
  const mode = expectRegistrable(parts.store, subject, input.id !== undefined)
  const read = readSchema(parts, subject, input, { deleted: false })
  const known = registered(parts, subject, input, read)
  if (known !== undefined) return known
  parts.expectRoom()
  if (mode !== 'IMPORT') await expectCompatible(parts, subject, read)
  const id = input.id ?? read.id ?? nextId(parts)
  if (input.id !== undefined) expectFreeId(parts, input.id, read)
  const version = versionFor(parts, subject, input, { mode, id })
  const added: StoredVersion = { subject, version, id, isDeleted: false }
  await save(parts, [...schemaChanges(parts, id, read), ...versionChanges(parts, added)])
  return added
}

function registered(
  { catalog }: RegistryParts,
  subject: string,
  { id, version }: SchemaToRegister,
  read: ReadSchema,
): StoredVersion | undefined {
  return catalog
    .versions(subject)
    .find(
      (one) =>
        !one.isDeleted &&
        one.id === (id ?? read.id) &&
        one.id === read.id &&
        (version ?? one.version) === one.version,
    )
}

async function expectCompatible(
  { catalog, schemas, store }: RegistryParts,
  subject: string,
  { parsed }: ReadSchema,
): Promise<void> {
  const { compatibility } = configFor(store, subject)
  const earlier = catalog.versions(subject).filter(({ isDeleted }) => !isDeleted)
  const { isCompatible, messages } = await checkNext(schemas, compatibility, parsed, earlier)
  if (isCompatible) return
  throw new RegistryError(
    'INCOMPATIBLE_SCHEMA',
    `Schema being registered is incompatible with an earlier schema for subject "${subject}", ` +
      `details: [${messages.join(', ')}]`,
  )
}

function nextId({ catalog }: RegistryParts): number {
  const id = catalog.highestId + 1
  if (id > ID_MAX) throw notPermitted('All schema ids are given.')
  return id
}

/** An id that was given stays with its schema. */
function expectFreeId({ store }: RegistryParts, id: number, read: ReadSchema): void {
  if (id > IMPORTED_ID_MAX) {
    throw notPermitted(
      `The id ${id} is too high to be imported: ${IMPORTED_ID_MAX} is the highest.`,
    )
  }
  const there = store.schema(id)
  if (there === undefined) return
  if (schemaHash(normalise(there.schema), there.references) === read.hash) return
  throw notPermitted(`Overwrite new schema with id ${id} is not permitted.`)
}

function versionFor(
  { catalog, limits }: RegistryParts,
  subject: string,
  input: SchemaToRegister,
  { mode, id }: { readonly mode: SubjectMode; readonly id: number },
): number {
  const versions = catalog.versions(subject)
  const next = (versions.at(-1)?.version ?? 0) + 1
  const version = input.version ?? next
  const there = versions.find((one) => one.version === version)
  if (version !== next && mode !== 'IMPORT') {
    throw new RegistryError('INVALID_SCHEMA', 'Version is not one more than previous version')
  }
  if (version > VERSION_MAX) throw notPermitted('All versions of the subject are given.')
  if (there !== undefined && there.id !== id) {
    throw notPermitted(`Overwrite version ${version} of subject ${subject} is not permitted.`)
  }
  if (versions.length === 0 && catalog.subjectCount >= limits.subjectsMax) {
    throw notPermitted(`There are ${limits.subjectsMax} subjects already.`)
  }
  if (there === undefined && versions.length >= limits.subjectVersionsMax) {
    throw notPermitted(
      `The subject has ${limits.subjectVersionsMax} versions already. Delete, permanently, those not needed any more.`,
    )
  }
  if (there === undefined && catalog.versionCount >= limits.versionsMax) {
    throw notPermitted(`There are ${limits.versionsMax} versions already, of all subjects.`)
  }
  return version
}

function schemaChanges(
  { catalog, store }: RegistryParts,
  id: number,
  { parsed, references, hash, id: known }: ReadSchema,
): readonly SchemaChange[] {
  if (id === known || store.schema(id) !== undefined) return []
  const highest = Math.max(catalog.highestId, id)
  const own = known === undefined ? { hash } : {}
  return [
    { kind: 'schema', id, schema: { schema: parsed.schema.text, ...own, references, highest } },
  ]
}

/** A schema that comes back after it was deleted leaves its old versions for good, as clients of this API expect. */
function versionChanges({ catalog }: RegistryParts, added: StoredVersion): readonly SchemaChange[] {
  const { subject } = added
  const left = catalog
    .versions(subject)
    .filter(({ isDeleted, id, version }) => isDeleted && id === added.id && version < added.version)
  return [
    { kind: 'version', version: added },
    ...left.map(({ version }) => ({ kind: 'no version', subject, version }) as const),
  ]
}
