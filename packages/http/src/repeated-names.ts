import { textOfString } from './json-string.ts'

/**
 * The names of fields, which come again with every record: one that was seen before is known by its bytes, for less
 * than it costs to make text of them.
 */
export class RepeatedNames {
  readonly #seen: { readonly bytes: Uint8Array; readonly text: string }[] = []

  /** What the string from `start`, its opening quote, to `end` says. */
  textOf(bytes: Buffer, start: number, end: number): string {
    for (const name of this.#seen) if (isThere(name.bytes, bytes, start, end)) return name.text
    const text = textOfString(bytes, start, end)
    if (this.#seen.length < NAMES_MAX) this.#seen.push({ bytes: bytes.subarray(start, end), text })
    return text
  }
}

function isThere(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false
  return true
}

/** A record has no more, but for the names of its headers, which may differ from record to record. */
const NAMES_MAX = 8
