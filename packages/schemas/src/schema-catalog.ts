/**
 * Who has which schema: all versions of all subjects in memory, with what follows from them. The texts
 * stay in the store.
 *
 * Invariants
 *   - a subject that is listed has a version, deleted or not;
 *   - the versions of a subject increase;
 *   - it shows what is on disk: a change comes here after its append.
 */
import assert from 'node:assert/strict'
import type { StoredVersion } from './schema-record.ts'
import type { SchemaChange, SchemaStore } from './schema-store.ts'
import { SortedNames } from './sorted-names.ts'

export class SchemaCatalog {
  readonly #subjects = new Map<string, readonly StoredVersion[]>()
  readonly #names: SortedNames
  /** By id, the versions that have it. */
  readonly #uses = new Map<number, Set<StoredVersion>>()
  /** By the version that they name, the ids of schemas with references. */
  readonly #referrers = new Map<string, Set<number>>()
  #highestId: number
  #versionCount = 0

  constructor(store: SchemaStore) {
    const versions = Map.groupBy(store.versions(), ({ subject }) => subject)
    for (const [subject, list] of versions) {
      this.#subjects.set(subject, list)
      this.#versionCount += list.length
      for (const version of list) this.#use(version)
    }
    this.#names = new SortedNames(versions.keys())
    for (const { id, references } of store.references()) {
      for (const reference of references) this.#refer(reference, id)
    }
    this.#highestId = store.highestId()
  }

  /** The highest that was given; 0: none was. */
  get highestId(): number {
    return this.#highestId
  }

  get subjectCount(): number {
    return this.#subjects.size
  }

  /** Of all subjects. */
  get versionCount(): number {
    return this.#versionCount
  }

  /** Sorted, those that begin with `prefix`, also such of which all versions are deleted. */
  subjects(prefix: string): Iterable<string> {
    return this.#names.from(prefix)
  }

  /** In their order; none of a subject that is not there. */
  versions(subject: string): readonly StoredVersion[] {
    return this.#subjects.get(subject) ?? NO_VERSIONS
  }

  /** In the order of subjects and versions. */
  uses(id: number): readonly StoredVersion[] {
    return [...(this.#uses.get(id) ?? [])].sort(
      (one, other) => compare(one.subject, other.subject) || one.version - other.version,
    )
  }

  /** Ids of schemas that name the version and that some subject has, not deleted. */
  referrers(subject: string, version: number): readonly number[] {
    const ids = [...(this.#referrers.get(placeOf(subject, version)) ?? [])]
    return ids
      .filter((id) => [...(this.#uses.get(id) ?? [])].some(({ isDeleted }) => !isDeleted))
      .sort((one, other) => one - other)
  }

  /** What was kept. */
  apply(changes: readonly SchemaChange[]): void {
    for (const change of changes) {
      if (change.kind === 'schema') {
        for (const reference of change.schema.references) this.#refer(reference, change.id)
        this.#highestId = change.schema.highest
      } else if (change.kind === 'version') {
        this.#put(change.version)
      } else if (change.kind === 'no version') {
        this.#remove(change.subject, change.version)
      }
    }
  }

  #put(added: StoredVersion): void {
    const { subject, version } = added
    const before = this.versions(subject)
    const at = before.findIndex((one) => one.version >= version)
    const replaced = before[at]?.version === version ? before[at] : undefined
    const list = [...before]
    list.splice(at === -1 ? before.length : at, replaced === undefined ? 0 : 1, added)
    if (replaced !== undefined) this.#disuse(replaced)
    else this.#versionCount++
    if (before.length === 0) this.#names.add(subject)
    this.#subjects.set(subject, list)
    this.#use(added)
  }

  #remove(subject: string, version: number): void {
    const before = this.versions(subject)
    const removed = before.find((one) => one.version === version)
    assert(removed !== undefined)
    this.#disuse(removed)
    this.#versionCount--
    if (before.length > 1) {
      this.#subjects.set(
        subject,
        before.filter((one) => one !== removed),
      )
    } else {
      this.#subjects.delete(subject)
      this.#names.remove(subject)
    }
  }

  #use(version: StoredVersion): void {
    const uses = this.#uses.get(version.id)
    if (uses === undefined) this.#uses.set(version.id, new Set([version]))
    else uses.add(version)
  }

  #disuse(version: StoredVersion): void {
    const uses = this.#uses.get(version.id)
    assert(uses !== undefined)
    assert(uses.delete(version))
    if (uses.size === 0) this.#uses.delete(version.id)
  }

  #refer({ subject, version }: { subject: string; version: number }, id: number): void {
    const place = placeOf(subject, version)
    const ids = this.#referrers.get(place)
    if (ids === undefined) this.#referrers.set(place, new Set([id]))
    else ids.add(id)
  }
}

const NO_VERSIONS: readonly StoredVersion[] = []

function placeOf(subject: string, version: number): string {
  return `${version} ${subject}`
}

/** By code units, as names are sorted. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
