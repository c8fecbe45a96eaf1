import { isUtf8 } from 'node:buffer'
import type { LogRecord } from '@millrace/model/record'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

export const SEARCHED_PARTS = ['key', 'value', 'header'] as const
export type SearchedPart = (typeof SEARCHED_PARTS)[number]

export interface MatchOptions {
  readonly regex?: true
  readonly ignoreCase?: true
  /** Key, value and headers unless told otherwise. */
  readonly in?: readonly SearchedPart[]
}

export type SearchedParts = Pick<LogRecord, 'key' | 'value' | 'headers'>

export type RecordMatcher = (record: SearchedParts) => boolean

/** Finds text, or what a regular expression matches, in the parts of a record. */
export function recordMatcher(pattern: string, options: MatchOptions): RecordMatcher {
  const parts = options.in ?? SEARCHED_PARTS
  const matches = bytesMatcher(pattern, options)
  const isIn = (bytes: Uint8Array | null) => bytes !== null && matches(bytes)
  return ({ key, value, headers }) =>
    (parts.includes('value') && isIn(value)) ||
    (parts.includes('key') && isIn(key)) ||
    (parts.includes('header') &&
      headers.some((header) => isIn(header.value) || isIn(Buffer.from(header.name))))
}

function bytesMatcher(
  pattern: string,
  { regex, ignoreCase }: MatchOptions,
): (bytes: Uint8Array) => boolean {
  if (regex !== true && ignoreCase !== true) {
    const wanted = Buffer.from(pattern)
    return (bytes) => asBuffer(bytes).includes(wanted)
  }
  const expression = compile(
    regex === true ? pattern : escapeRegex(pattern),
    ignoreCase === true ? 'iu' : 'u',
  )
  // What is not UTF-8 is searched byte by byte, each byte a character.
  return (bytes) => expression.test(asBuffer(bytes).toString(isUtf8(bytes) ? 'utf8' : 'latin1'))
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new CommandFailure(EXIT.usage, {
      message: `${source} is not a regular expression: ${error instanceof Error ? error.message : ''}`,
      next: 'It is one of JavaScript. Without --regex it is taken as text.',
    })
  }
}
