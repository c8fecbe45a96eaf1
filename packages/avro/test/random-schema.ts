import assert from 'node:assert/strict'
import type { Json } from '../src/schema-json.ts'

/** A whole number from 0 to below `count`. */
export type Draw = (count: number) => number

export type SchemaDefinition = { [key: string]: SchemaJson }
/** As Json, but to be written to: schemas here are made by changing others. */
export type SchemaJson = null | boolean | number | string | SchemaJson[] | SchemaDefinition

/** A record that may hold anything, itself too, and that always has data that ends. */
export function randomSchema(draw: Draw): SchemaDefinition {
  return randomRecord(draw, { depth: 3, names: [], around: [] })
}

interface Place {
  readonly depth: number
  /** Of every type so far. */
  readonly names: string[]
  /** Of the records around it, of which there is always one. */
  readonly around: readonly string[]
}

function randomRecord(draw: Draw, { depth, names, around }: Place): SchemaDefinition {
  const name = newName(names)
  const place = { depth: depth - 1, names, around: [...around, name] }
  const fields = Array.from({ length: draw(4) }, (_, at): SchemaDefinition => {
    const type = randomType(draw, place)
    const field = { name: `f${at}`, type }
    const fallback = draw(3) === 0 ? defaultOf(type) : undefined
    return fallback === undefined ? field : { ...field, default: fallback }
  })
  return { type: 'record', name, fields }
}

function randomType(draw: Draw, place: Place): SchemaJson {
  if (draw(6) === 0) {
    const name = pick(draw, place.around)
    return pick<SchemaJson>(draw, [
      ['null', name],
      { type: 'array', items: name },
      { type: 'map', values: name },
    ])
  }
  return draw(4) === 0 && place.depth > 0 ? randomUnion(draw, place) : randomBranch(draw, place)
}

function randomUnion(draw: Draw, place: Place): SchemaJson[] {
  const branches = new Map<string, SchemaJson>()
  for (let count = 1 + draw(4); count > 0; count--) {
    const branch = randomBranch(draw, place)
    branches.set(branchName(branch), branch)
  }
  return [...branches.values()]
}

function randomBranch(draw: Draw, place: Place): SchemaJson {
  const inside = { ...place, depth: place.depth - 1 }
  switch (draw(place.depth > 0 ? 8 : 4)) {
    case 4:
      return { type: 'array', items: randomType(draw, inside) }
    case 5:
      return { type: 'map', values: randomType(draw, inside) }
    case 6:
      return draw(2) === 0
        ? { type: 'enum', name: newName(place.names), symbols: ['A', 'B', 'C'].slice(draw(3)) }
        : { type: 'fixed', name: newName(place.names), size: draw(3) }
    case 7:
      return randomRecord(draw, place)
    default:
      return pick(draw, SIMPLE)
  }
}

export const SIMPLE = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']

export function branchName(branch: SchemaJson): string {
  if (typeof branch === 'string') return branch
  if (branch === null || typeof branch !== 'object' || Array.isArray(branch)) return ''
  const name = branch['name'] ?? branch['type']
  return typeof name === 'string' ? name : ''
}

/** Undefined for a record, whose own would be needed. */
export function defaultOf(type: SchemaJson): SchemaJson | undefined {
  if (Array.isArray(type)) return type[0] === undefined ? undefined : defaultOf(type[0])
  if (typeof type === 'string') return SIMPLE_DEFAULTS[type]
  if (typeof type !== 'object' || type === null) return undefined
  const { symbols, size } = type
  if (type['type'] === 'array') return []
  if (type['type'] === 'map') return {}
  if (Array.isArray(symbols)) return symbols[0]
  return typeof size === 'number' ? 'x'.repeat(size) : undefined
}

const SIMPLE_DEFAULTS: { readonly [name: string]: SchemaJson | undefined } = {
  null: null,
  boolean: true,
  int: 1,
  long: 2,
  float: 0.5,
  double: 0.25,
  bytes: 'x',
  string: 'x',
}

export function pick<T>(draw: Draw, from: readonly T[]): T {
  const picked = from[draw(from.length)]
  assert(picked !== undefined)
  return picked
}

function newName(names: string[]): string {
  const name = `N${names.length}`
  names.push(name)
  return name
}

export function textOf(schema: SchemaJson): string {
  return JSON.stringify(schema satisfies Json)
}
