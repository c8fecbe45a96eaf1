/**
 * Every failure of the schema registry that a caller should expect, with the code and the HTTP status that the API of
 * Confluent's Schema Registry has for it: clients know them by the code. What the storage refuses is a `LogError`.
 */
export const REGISTRY_ERRORS = {
  SUBJECT_NOT_FOUND: { errorCode: 40401, status: 404, about: 'No such subject.' },
  VERSION_NOT_FOUND: { errorCode: 40402, status: 404, about: 'The subject has no such version.' },
  SCHEMA_NOT_FOUND: { errorCode: 40403, status: 404, about: 'No such schema.' },
  SUBJECT_SOFT_DELETED: {
    errorCode: 40404,
    status: 404,
    about: 'The subject is deleted already, though not permanently.',
  },
  SUBJECT_NOT_SOFT_DELETED: {
    errorCode: 40405,
    status: 404,
    about: 'Only what was deleted first is deleted permanently.',
  },
  VERSION_SOFT_DELETED: {
    errorCode: 40406,
    status: 404,
    about: 'The version is deleted already, though not permanently.',
  },
  VERSION_NOT_SOFT_DELETED: {
    errorCode: 40407,
    status: 404,
    about: 'Only a version that was deleted first is deleted permanently.',
  },
  COMPATIBILITY_NOT_CONFIGURED: {
    errorCode: 40408,
    status: 404,
    about: 'The subject has no compatibility level of its own.',
  },
  MODE_NOT_CONFIGURED: {
    errorCode: 40409,
    status: 404,
    about: 'The subject has no mode of its own.',
  },
  INCOMPATIBLE_SCHEMA: {
    errorCode: 409,
    status: 409,
    about: 'The schema would break those who read, or wrote, by earlier ones.',
  },
  INVALID_SCHEMA: { errorCode: 42201, status: 422, about: 'That is no schema to work with.' },
  INVALID_VERSION: { errorCode: 42202, status: 422, about: 'That is no version.' },
  INVALID_COMPATIBILITY_LEVEL: {
    errorCode: 42203,
    status: 422,
    about: 'That is no compatibility level.',
  },
  INVALID_MODE: { errorCode: 42204, status: 422, about: 'That is no mode.' },
  OPERATION_NOT_PERMITTED: {
    errorCode: 42205,
    status: 422,
    about: 'The mode does not allow it, or a limit is reached.',
  },
  REFERENCE_EXISTS: { errorCode: 42206, status: 422, about: 'Another schema refers to it.' },
  INVALID_SUBJECT: { errorCode: 42208, status: 422, about: 'That name is not allowed.' },
  SCHEMA_TOO_LARGE: { errorCode: 42209, status: 422, about: 'The schema is too large.' },
} as const satisfies Record<
  string,
  { readonly errorCode: number; readonly status: number; readonly about: string }
>

export type RegistryErrorName = keyof typeof REGISTRY_ERRORS

export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorName

  /** `message`: in the words that Confluent's registry has for it, where it has any. */
  constructor(code: RegistryErrorName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  get errorCode(): number {
    return REGISTRY_ERRORS[this.code].errorCode
  }

  get status(): number {
    return REGISTRY_ERRORS[this.code].status
  }
}
