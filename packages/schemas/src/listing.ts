import { RegistryError } from '@millrace/model/registry-error'
import type { SchemaFilter, SubjectFilter, SubjectVersion } from '@millrace/model/schema-registry'
import { describe, isShown } from './finding.ts'
import type { RegistryParts } from './registry-parts.ts'
import type { StoredVersion } from './schema-record.ts'
import { plainSubject } from './subject-name.ts'

/** Names that one answer has at most; with `offset` one goes on behind them. */
const SUBJECTS_SHOWN_MAX = 20_000
/** The same of schemas. */
const SCHEMAS_SHOWN_MAX = 1_000
/** The text of the schemas in one answer. */
const SHOWN_BYTES_MAX = 32 * 1024 * 1024

export function listSubjects({ catalog }: RegistryParts, filter: SubjectFilter): readonly string[] {
  const page = new Page<string>(filter, SUBJECTS_SHOWN_MAX)
  for (const subject of catalog.subjects(prefixOf(filter))) {
    const versions = catalog.versions(subject)
    const isDeleted = versions.every((version) => version.isDeleted)
    const [first] = versions
    if (first === undefined || !isShown({ ...first, isDeleted }, filter)) continue
    if (page.add(subject)) break
  }
  return page.items
}

export function listSchemas(parts: RegistryParts, filter: SchemaFilter): readonly SubjectVersion[] {
  const page = new Page<StoredVersion>(filter, SCHEMAS_SHOWN_MAX)
  for (const subject of parts.catalog.subjects(prefixOf(filter))) {
    const shown = parts.catalog.versions(subject).filter((version) => isShown(version, filter))
    const wanted = filter.latestOnly === true ? shown.slice(-1) : shown
    if (wanted.some((version) => page.add(version))) break
  }
  let bytes = 0
  return page.items.map((version) => {
    const described = describe(parts, version)
    bytes += described.schema.length
    if (bytes <= SHOWN_BYTES_MAX) return described
    throw new RegistryError(
      'SCHEMA_TOO_LARGE',
      `These schemas have more than ${SHOWN_BYTES_MAX} bytes together: ask for fewer of them, with limit and offset.`,
    )
  })
}

class Page<Item> {
  readonly items: Item[] = []
  readonly #limit: number
  #toSkip: number

  constructor({ offset = 0, limit = 0 }: SubjectFilter, max: number) {
    this.#toSkip = offset
    this.#limit = limit > 0 ? Math.min(limit, max) : max
  }

  /** Whether the page is full. */
  add(item: Item): boolean {
    if (this.#toSkip > 0) this.#toSkip--
    else this.items.push(item)
    return this.items.length >= this.#limit
  }
}

/** `:*:` is how clients of this API say: of all contexts. */
function prefixOf({ prefix = '' }: SubjectFilter): string {
  return prefix.startsWith(ALL_CONTEXTS) ? prefix.slice(ALL_CONTEXTS.length) : plainSubject(prefix)
}

const ALL_CONTEXTS = ':*:'
