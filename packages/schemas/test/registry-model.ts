/** What a registry must look like, in the simplest terms: the whole of it in three maps. */
import type { CompatibilityLevel } from '@millrace/model/schema-registry'

interface ModelVersion {
  readonly version: number
  readonly id: number
  isDeleted: boolean
}

/** Fields of a record of longs, and whether it stands in another one that refers to it. */
export interface ModelSchema {
  readonly fields: readonly string[]
  readonly reference?: { readonly subject: string; readonly version: number }
}

export class RegistryModel {
  readonly schemas: {
    readonly key: string
    readonly schema: ModelSchema
    readonly refers?: number
  }[] = []
  readonly subjects = new Map<string, ModelVersion[]>()
  readonly levels = new Map<string, CompatibilityLevel>()

  register(subject: string, schema: ModelSchema): number | string {
    const { reference } = schema
    const refers =
      reference === undefined
        ? undefined
        : this.live(reference.subject).find(({ version }) => version === reference.version)?.id
    if (reference !== undefined && refers === undefined) return 'INVALID_SCHEMA'
    const fields = refers === undefined ? schema.fields : this.schemas[refers - 1]!.schema.fields
    const key = JSON.stringify([reference === undefined ? fields : reference, refers])
    const known = this.schemas.findIndex((one) => one.key === key) + 1
    if (known > 0 && this.live(subject).some(({ id }) => id === known)) return known
    if (!this.isCompatible(subject, fields)) return 'INCOMPATIBLE_SCHEMA'
    const kept = { key, schema: { ...schema, fields }, ...(refers !== undefined && { refers }) }
    const id = known > 0 ? known : this.schemas.push(kept)
    const versions = this.subjects.get(subject) ?? []
    const version = Math.max(0, ...versions.map((one) => one.version)) + 1
    const left = versions.filter((one) => one.id !== id || !one.isDeleted)
    this.subjects.set(subject, [...left, { version, id, isDeleted: false }])
    return id
  }

  deleteVersion(subject: string, version: number, permanent: boolean): number | string {
    const versions = this.subjects.get(subject) ?? []
    const found = versions.find((one) => one.version === version)
    if (versions.length === 0) return 'SUBJECT_NOT_FOUND'
    if (found === undefined) return 'VERSION_NOT_FOUND'
    if (found.isDeleted && !permanent) return 'VERSION_SOFT_DELETED'
    if (!found.isDeleted && permanent) return 'VERSION_NOT_SOFT_DELETED'
    if (this.isReferred(subject, version)) return 'REFERENCE_EXISTS'
    this.remove(subject, [found], permanent)
    return version
  }

  deleteSubject(subject: string, permanent: boolean): readonly number[] | string {
    const versions = this.subjects.get(subject) ?? []
    const live = this.live(subject)
    if (versions.length === 0) return 'SUBJECT_NOT_FOUND'
    if (!permanent && live.length === 0) return 'SUBJECT_SOFT_DELETED'
    if (permanent && live.length > 0) return 'SUBJECT_NOT_SOFT_DELETED'
    const gone = permanent ? versions : live
    if (gone.some(({ version }) => this.isReferred(subject, version))) return 'REFERENCE_EXISTS'
    this.remove(subject, gone, permanent)
    return gone.map(({ version }) => version)
  }

  live(subject: string): readonly ModelVersion[] {
    return (this.subjects.get(subject) ?? []).filter(({ isDeleted }) => !isDeleted)
  }

  private remove(subject: string, gone: readonly ModelVersion[], permanent: boolean): void {
    if (!permanent) {
      for (const one of gone) one.isDeleted = true
      if (this.live(subject).length === 0) this.levels.delete(subject)
      return
    }
    const left = (this.subjects.get(subject) ?? []).filter((one) => !gone.includes(one))
    if (left.length > 0) this.subjects.set(subject, left)
    else this.subjects.delete(subject)
  }

  private isReferred(subject: string, version: number): boolean {
    return this.schemas.some(
      ({ schema: { reference } }, index) =>
        reference?.subject === subject &&
        reference.version === version &&
        [...this.subjects.keys()].some((name) =>
          this.live(name).some(({ id }) => id === index + 1),
        ),
    )
  }

  private isCompatible(subject: string, fields: readonly string[]): boolean {
    const level = this.levels.get(subject) ?? this.levels.get('') ?? 'BACKWARD'
    const earlier = this.live(subject).map(({ id }) => this.schemas[id - 1]!.schema.fields)
    const compared = level.endsWith('TRANSITIVE') ? earlier : earlier.slice(-1)
    return compared.every(
      (old) =>
        (level === 'NONE' || level.startsWith('FORWARD') || canRead(fields, old)) &&
        (level === 'NONE' || level.startsWith('BACKWARD') || canRead(old, fields)),
    )
  }
}

/** A field without a default must have been written. */
function canRead(reader: readonly string[], writer: readonly string[]): boolean {
  const written = new Set(writer.map((field) => field.replace('?', '')))
  return reader.every((field) => field.endsWith('?') || written.has(field))
}
