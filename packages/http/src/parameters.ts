/**
 * Parameters of a path or a query arrive as text. Those that a schema has as integer or boolean become that
 * when they are written plainly (`42`, `true`), and stay text otherwise, for the validation to refuse: so
 * nothing is guessed.
 */
import { LogError } from '@millrace/model/log-error'
import type { App } from './edge.ts'

/** How to turn the parameters of `schema` from text into values, in place. */
function parameterReader(schema: object): (parameters: object) => void {
  const readers = new Map<string, (text: string) => unknown>()
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const types = typesOf(property)
    if (types.includes('integer')) readers.set(name, readInteger)
    else if (types.includes('boolean')) readers.set(name, readBoolean)
  }
  return (parameters) => {
    for (const [name, value] of Object.entries(parameters)) {
      if (typeof value !== 'string') throw givenTwice(name)
      const read = readers.get(name)
      if (read !== undefined) Object.assign(parameters, { [name]: read(value) })
    }
  }
}

function readInteger(text: string): unknown {
  return PLAIN_INTEGER.test(text) ? Number(text) : text
}

function readBoolean(text: string): unknown {
  return text === 'true' || (text === 'false' ? false : text)
}

const PLAIN_INTEGER = /^-?(0|[1-9][0-9]*)$/

function givenTwice(name: string): LogError {
  const message = `The query parameter ${JSON.stringify(name)} is given twice.`
  return new LogError('INVALID_REQUEST', message, { errors: [{ path: name, message }] })
}

/** Fastify keeps what it cannot decode as it stands: a key of `%ff` would be three other bytes than were meant. */
function expectUtf8(url: string): void {
  if (!url.includes('%')) return
  try {
    decodeURIComponent(url)
  } catch (cause) {
    throw notUtf8(cause)
  }
}

/** What an address with a stray percent sign gets, in its path and in its query. */
export function notUtf8(cause: unknown): LogError {
  const detail = 'The address has a percent sign that begins no UTF-8.'
  return new LogError('INVALID_REQUEST', detail, { appended: false, cause })
}

function propertiesOf(schema: object): Record<string, unknown> {
  return 'properties' in schema ? Object.fromEntries(Object.entries(schema.properties ?? {})) : {}
}

/** The `type` of a schema, or of each that it may be. */
function typesOf(schema: unknown): unknown[] {
  if (typeof schema !== 'object' || schema === null) return []
  if ('anyOf' in schema && Array.isArray(schema.anyOf)) return schema.anyOf.flatMap(typesOf)
  return 'type' in schema ? [schema.type] : []
}

/** Does that for the path and the query of every route, before they are validated, and refuses what is no UTF-8. */
export function readParameters(app: App): void {
  const readers = new WeakMap<object, (parameters: object) => void>()
  const readerOf = (schema: unknown): ((parameters: object) => void) | undefined => {
    if (typeof schema !== 'object' || schema === null) return undefined
    const reader = readers.get(schema) ?? parameterReader(schema)
    readers.set(schema, reader)
    return reader
  }
  app.addHook('onRequest', ({ url }, _reply, done) => {
    expectUtf8(url)
    done()
  })
  app.addHook('preValidation', ({ routeOptions, params, query }, _reply, done) => {
    const { schema } = routeOptions
    if (typeof params === 'object' && params !== null) readerOf(schema?.params)?.(params)
    if (typeof query === 'object' && query !== null) readerOf(schema?.querystring)?.(query)
    done()
  })
}
