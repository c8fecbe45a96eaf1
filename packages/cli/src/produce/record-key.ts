import { isUtf8 } from 'node:buffer'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

export interface LineKey {
  /** Null: the line has none. */
  readonly key: Uint8Array | null
  /** What a schema of keys takes it for. `typed` is what somebody typed: text, or JSON where no text fits. */
  readonly keyForm: 'text' | 'json' | 'typed'
}

export type KeyOfLine = (line: Uint8Array, lineNumber: number) => LineKey

export interface KeyOptions {
  /** The same for every line. */
  readonly key?: string
  /** A JSON Pointer into the line. */
  readonly keyJson?: string
  /** Group 1, or the whole match. */
  readonly keyRegex?: string
}

export function keyOfLine(options: KeyOptions, hasKeySchema: boolean): KeyOfLine {
  const given = [options.key, options.keyJson, options.keyRegex].filter((way) => way !== undefined)
  if (given.length > 1) {
    throw new CommandFailure(EXIT.usage, {
      message: 'A line has one key: give --key, --key-json or --key-regex.',
      next: 'millrace produce --help explains each.',
    })
  }
  if (options.key !== undefined) {
    const key = { key: Buffer.from(options.key), keyForm: 'typed' } as const
    return () => key
  }
  if (options.keyJson !== undefined) return keyByPointer(options.keyJson, hasKeySchema)
  if (options.keyRegex !== undefined) return keyByPattern(options.keyRegex)
  return () => NO_KEY
}

const NO_KEY: LineKey = { key: null, keyForm: 'text' }

/**
 * Text is its UTF-8; anything else is as the line writes it, with every digit. Null, nothing at that place, or a line
 * that is not JSON: no key. A list or an object is a key only where a schema says what its bytes are.
 */
function keyByPointer(pointer: string, hasKeySchema: boolean): KeyOfLine {
  const steps = parsePointer(pointer)
  return (line, lineNumber) => {
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString()
    const value = steps.reduce(child, parse(text))
    if (value === undefined || value === null) return NO_KEY
    if (typeof value === 'string') return { key: Buffer.from(value), keyForm: 'text' }
    if (typeof value === 'object' && !hasKeySchema) {
      throw noKey(`Line ${lineNumber}`, pointer, Array.isArray(value) ? 'a list' : 'an object')
    }
    return { key: jsonAsWritten(text, steps), keyForm: 'json' }
  }
}

function noKey(line: string, pointer: string, kind: string): CommandFailure {
  return new CommandFailure(EXIT.failure, {
    message: `${line} has ${kind} at ${pointer === '' ? 'its top' : pointer}, which is no key: its keys have no schema.`,
    next: `Name what is in it, as in --key-json ${pointer}/id, or a schema for it: --key-schema SUBJECT`,
  })
}

/** RFC 6901. */
function parsePointer(pointer: string): readonly string[] {
  const isPointer = pointer === '' || (pointer.startsWith('/') && !/~(?![01])/.test(pointer))
  if (!isPointer) {
    throw new CommandFailure(EXIT.usage, {
      message: `--key-json ${pointer} is not a JSON Pointer.`,
      next: 'It begins with a slash, one for each level: /user/id',
    })
  }
  const steps = pointer.split('/').slice(1)
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function child(value: unknown, step: string): unknown {
  if (Array.isArray(value)) {
    return /^(0|[1-9]\d*)$/.test(step) ? (value as readonly unknown[])[Number(step)] : undefined
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  return (value as Readonly<Record<string, unknown>>)[step]
}

function parse(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text)
    return document
  } catch {
    return undefined
  }
}

/** A number keeps its digits: an id of twenty of them is not rounded into another's partition. */
function jsonAsWritten(text: string, steps: readonly string[]): Buffer {
  const document: unknown = JSON.parse(
    text,
    (_name: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? rawJson(context?.source ?? String(value)) : value,
  )
  return Buffer.from(JSON.stringify(steps.reduce(child, document)))
}

/** Stands for itself when it is written. Of ES2026, which the compiler's libraries do not have yet. */
const { rawJSON: rawJson } = JSON as JSON & { readonly rawJSON: (text: string) => unknown }

/** A line that is not UTF-8 is matched byte by byte, each byte a character. */
function keyByPattern(source: string): KeyOfLine {
  const pattern = compile(source)
  return (line) => {
    const encoding = isUtf8(line) ? 'utf8' : 'latin1'
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString(encoding)
    const match = pattern.exec(text)
    const key = match !== null && match.length > 1 ? match[1] : match?.[0]
    return key === undefined ? NO_KEY : { key: Buffer.from(key, encoding), keyForm: 'typed' }
  }
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source, 'u')
  } catch (error) {
    throw new CommandFailure(EXIT.usage, {
      message: `--key-regex ${source} is not a regular expression: ${error instanceof Error ? error.message : ''}`,
      next: 'It is one of JavaScript, without slashes around it, as in: --key-regex "user-(\\d+)"',
    })
  }
}
