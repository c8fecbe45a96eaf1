import { RegistryError } from '@millrace/model/registry-error'

/** UTF-8 bytes of a subject's name: percent-encoded it still is part of a key of the index. */
const SUBJECT_BYTES_MAX = 512

/** As it is kept: `:.:orders`, which names the default context, is `orders`. */
export function plainSubject(subject: string): string {
  return subject.startsWith(DEFAULT_CONTEXT) ? subject.slice(DEFAULT_CONTEXT.length) : subject
}

/** INVALID_SUBJECT for a name that nothing is kept under. */
export function expectSubject(subject: string): void {
  const isName =
    subject.trim() !== '' &&
    subject.isWellFormed() &&
    Buffer.byteLength(subject) <= SUBJECT_BYTES_MAX &&
    !/\p{Cc}/u.test(subject) &&
    !RESERVED.has(subject)
  if (isName) return
  const shown = subject.length > SHOWN_MAX ? `${subject.slice(0, SHOWN_MAX)}…` : subject
  throw new RegistryError(
    'INVALID_SUBJECT',
    `The specified subject '${shown.toWellFormed()}' is not valid: it has 1 to ${SUBJECT_BYTES_MAX} bytes, no control ` +
      'characters, and is none of __GLOBAL and __EMPTY.',
  )
}

/** In printable ASCII without spaces; names keep their beginnings in common. */
export function encodeSubject(subject: string): string {
  return encodeURIComponent(subject)
}

/** Undefined for what `encodeSubject` does not write. */
export function decodeSubject(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

const DEFAULT_CONTEXT = ':.:'
/** What Confluent's registry uses in the place of a name. */
const RESERVED = new Set(['__GLOBAL', '__EMPTY'])
const SHOWN_MAX = 100
