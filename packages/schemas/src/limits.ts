/** What the registry is held to. At a limit it refuses, by name. */
export interface RegistryLimits {
  readonly subjectsMax: number
  /** Of one subject, those that were deleted but not permanently too. */
  readonly subjectVersionsMax: number
  /** Of all subjects: they are in memory, and are read at a start, some 10 µs each. */
  readonly versionsMax: number
}

export const REGISTRY_LIMITS: RegistryLimits = {
  subjectsMax: 250_000,
  subjectVersionsMax: 1_000,
  versionsMax: 500_000,
}

/** Of a schema's text, in UTF-8. The largest that people have are some 100 KiB. */
export const SCHEMA_BYTES_MAX = 1024 * 1024
/** Ids are 31 bits of the wire format. Imported ones leave others to be given. */
export const ID_MAX = 2 ** 31 - 1
export const IMPORTED_ID_MAX = 2 ** 30
/** As clients of this API have them: 32 bits. */
export const VERSION_MAX = 2 ** 31 - 1
