import type { ParsedSchemas } from './parsed-schemas.ts'
import type { RegistryLimits } from './limits.ts'
import type { SchemaCatalog } from './schema-catalog.ts'
import type { SchemaChange, SchemaStore } from './schema-store.ts'

/** What the registry's operations work with. */
export interface RegistryParts {
  readonly store: SchemaStore
  readonly catalog: SchemaCatalog
  readonly schemas: ParsedSchemas
  readonly limits: RegistryLimits
  /** STORAGE_FULL while the disk has no room for more schemas; deleting goes on. */
  expectRoom(): void
}

/** Keeps it, then shows it. */
export async function save(
  { store, catalog }: RegistryParts,
  changes: readonly SchemaChange[],
): Promise<void> {
  await store.save(changes)
  catalog.apply(changes)
}
