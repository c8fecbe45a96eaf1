import avsc from 'avsc'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

/** The schema of an Avro IDL file, as JSON text: the one that it is, or the last record of its protocol. */
export function schemaOfIdl(text: string, file: string): string {
  try {
    if (!PROTOCOL.test(text)) return JSON.stringify(avsc.readSchema(text))
    return JSON.stringify(ofProtocol(avsc.readProtocol(text) as Readonly<Record<string, unknown>>))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandFailure(EXIT.failure, {
      message: `${file}${problemOf(error)}.`,
      next: NEXT_STEP,
      cause: error,
    })
  }
}

const NEXT_STEP =
  'Of Avro IDL these are not read: statements of namespace or schema outside of a protocol, decimal(9,2), int? and ' +
  'imports. Avro’s own tool makes .avsc of them: java -jar avro-tools.jar idl2schemata FILE DIRECTORY'

/** What the parser found, in words: its own are about its tokens. */
interface IdlFault extends Error {
  readonly token?: { readonly pos: number; readonly id: string; readonly val?: unknown }
  /** From 1. */
  readonly lineNum?: number
  /** From 0 on the first line, from 1 on any other; negative where the parser has lost its place. */
  readonly colNum?: number
}

function problemOf({ message, token, lineNum = 0, colNum = -1 }: IdlFault): string {
  const column = lineNum === 1 ? colNum + 1 : colNum
  const place = lineNum > 0 && column > 0 ? `, line ${lineNum}, column ${column}` : ''
  const [, kind, wanted = ''] = /expected (ID|value) (.+)$/s.exec(message) ?? []
  if (token === undefined || kind === undefined) return `${place}: ${message}`
  const expected = kind === 'value' ? JSON.stringify(wanted) : kindOfToken(wanted)
  const found = token.id === END ? kindOfToken(END) : JSON.stringify(token.val)
  return `${place}: expected ${expected}, found ${found}`
}

function kindOfToken(id: string): string {
  return id === END ? 'the end' : `a ${id}`
}

const END = '(eof)'

/** With the others that it names, each where it is named first. */
function ofProtocol(protocol: Readonly<Record<string, unknown>>): unknown {
  const { types, namespace } = protocol
  const list = Array.isArray(types) ? types.filter(isObject) : []
  const last = list.findLast(({ type }) => type === 'record') ?? list.at(-1)
  if (last === undefined) throw new Error('the protocol has no type')
  const waiting = new Map(list.map((type) => [String(type['name']), type]))
  const inlined = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(inlined)
    if (typeof schema === 'string') {
      const named = waiting.get(schema)
      return named === undefined ? schema : inlined(named)
    }
    if (!isObject(schema)) return schema
    if (typeof schema['name'] === 'string') waiting.delete(schema['name'])
    const within = Object.entries(schema).map(([key, value]): [string, unknown] => {
      if (key === 'fields' && Array.isArray(value)) return [key, value.map(inlinedField)]
      return [key, WITHIN.has(key) ? inlined(value) : value]
    })
    return Object.fromEntries(within)
  }
  const inlinedField = (field: unknown): unknown =>
    isObject(field) ? { ...field, type: inlined(field['type']) } : field
  const whole = inlined(last)
  const isPlaced = isObject(whole) && 'namespace' in whole
  return isPlaced || namespace === undefined ? whole : { ...(whole as object), namespace }
}

/** After comments and annotations. No text is matched in two ways: that could take for ever. */
const PROTOCOL =
  /^(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*\n|@[\w.-]+\((?:"(?:[^"\\]|\\.)*"|[^")])*\))*protocol\s/
const WITHIN: ReadonlySet<string> = new Set(['type', 'items', 'values'])

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
