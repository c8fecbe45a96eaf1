import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ConfigurationError } from './configuration-error.ts'

/** A value that the file gives, by the setting's path. */
export type FileValues = ReadonlyMap<string, unknown>

/** Reads a configuration file: YAML, of which JSON is a part. */
export function readConfigurationFile(path: string): FileValues {
  const document = parseFile(path, readText(path))
  if (document === null) return new Map()
  if (!isMapping(document)) {
    throw new ConfigurationError([
      `${path}: a mapping of settings is expected, as in "logLevel: debug"`,
    ])
  }
  return new Map(leaves(path, document))
}

function readText(path: string): string {
  const text = readFile(path)
  if (text.length <= FILE_LENGTH_MAX) return text
  throw new ConfigurationError([
    `${path}: a configuration file has ${FILE_LENGTH_MAX} characters at most, this one ${text.length}`,
  ])
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError([`${path}: the configuration file cannot be read: ${reason}`])
  }
}

/** Ten times what all settings need. Of a file with nothing but faults, YAML takes a second to tell them all. */
const FILE_LENGTH_MAX = 65_536

function parseFile(path: string, text: string): unknown {
  try {
    const document: unknown = parse(text)
    return document
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError([`${path}: this is not YAML: ${reason}`])
  }
}

/** Lists are values, mappings lead further down. An empty mapping has nothing to say. */
function leaves(
  file: string,
  mapping: Mapping,
  prefix = '',
  around: readonly Mapping[] = [],
): [string, unknown][] {
  // An alias can name the mapping that it is in.
  if (around.includes(mapping)) throw new ConfigurationError([`${file}: ${prefix} contains itself`])
  return Object.entries(mapping).flatMap(([name, value]): [string, unknown][] => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    return isMapping(value) ? leaves(file, value, path, [...around, mapping]) : [[path, value]]
  })
}

type Mapping = Record<string, unknown>

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
