import { isUtf8 } from 'node:buffer'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

/** The key of a line, or null when it has none. */
export type KeyOfLine = (line: Uint8Array) => Uint8Array | null

export interface KeyOptions {
  /** The same for every line. */
  readonly key?: string
  /** A JSON Pointer into the line. */
  readonly keyJson?: string
  /** Group 1, or the whole match. */
  readonly keyRegex?: string
}

export function keyOfLine(options: KeyOptions): KeyOfLine {
  const given = [options.key, options.keyJson, options.keyRegex].filter((way) => way !== undefined)
  if (given.length > 1) {
    throw new CommandFailure(EXIT.usage, {
      message: 'A line has one key: give --key, --key-json or --key-regex.',
      next: 'millrace produce --help explains each.',
    })
  }
  if (options.key !== undefined) {
    const key = Buffer.from(options.key)
    return () => key
  }
  if (options.keyJson !== undefined) return keyByPointer(options.keyJson)
  if (options.keyRegex !== undefined) return keyByPattern(options.keyRegex)
  return () => null
}

/**
 * Text is its UTF-8; a number or a boolean is written as the line writes it, with every digit. Null, a
 * list, an object, nothing at that place, or a line that is not JSON: no key.
 */
function keyByPointer(pointer: string): KeyOfLine {
  const steps = parsePointer(pointer)
  return (line) => {
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString()
    const value = steps.reduce(child, parse(text))
    if (typeof value === 'string') return Buffer.from(value)
    if (typeof value === 'number') return numberAsWritten(text, steps)
    return typeof value === 'boolean' ? Buffer.from(String(value)) : null
  }
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
function numberAsWritten(text: string, steps: readonly string[]): Buffer {
  const document: unknown = JSON.parse(
    text,
    (_name: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value,
  )
  return Buffer.from(String(steps.reduce(child, document)))
}

/** A line that is not UTF-8 is matched byte by byte, each byte a character. */
function keyByPattern(source: string): KeyOfLine {
  const pattern = compile(source)
  return (line) => {
    const encoding = isUtf8(line) ? 'utf8' : 'latin1'
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString(encoding)
    const match = pattern.exec(text)
    if (match === null) return null
    const key = match.length > 1 ? match[1] : match[0]
    return key === undefined ? null : Buffer.from(key, encoding)
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
