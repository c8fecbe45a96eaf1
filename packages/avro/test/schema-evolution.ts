import {
  branchName,
  defaultOf,
  type Draw,
  pick,
  type SchemaDefinition,
  type SchemaJson,
  SIMPLE,
} from './random-schema.ts'

/** The schema as its authors might have it later on, some of them careless. */
export function evolve(draw: Draw, schema: SchemaDefinition): SchemaDefinition {
  let evolved = structuredClone(schema)
  for (let count = draw(4); count > 0; count--) {
    evolved = renamed(draw, evolved)
    pick(draw, changesIn(draw, evolved))()
  }
  return evolved
}

type Change = () => void

/** What can be done to any part of it. */
function changesIn(draw: Draw, part: SchemaJson): Change[] {
  if (Array.isArray(part)) return part.flatMap((branch) => changesIn(draw, branch))
  if (typeof part !== 'object' || part === null) return []
  const { fields, symbols, size } = part
  const changes: Change[] = []
  if (Array.isArray(fields)) {
    changes.push(...fieldChanges(draw, fields))
    changes.push(
      ...fields.filter(isDefinition).flatMap((field) => slotChanges(draw, field, 'type')),
    )
  }
  if (Array.isArray(symbols)) {
    changes.push(() => symbols.push(`S${symbols.length}`))
    if (symbols.length > 1) changes.push(() => symbols.pop())
    changes.push(() => {
      part['default'] = symbols[0] ?? null
    })
  }
  if (typeof size === 'number') {
    changes.push(() => {
      part['size'] = size + 1
    })
  }
  if (part['items'] !== undefined) changes.push(...slotChanges(draw, part, 'items'))
  if (part['values'] !== undefined) changes.push(...slotChanges(draw, part, 'values'))
  return changes
}

function fieldChanges(draw: Draw, fields: SchemaJson[]): Change[] {
  const name = `g${fields.length}`
  const type = pick(draw, SIMPLE)
  const changes: Change[] = [
    () => fields.splice(draw(fields.length + 1), 0, { name, type }),
    () =>
      fields.splice(draw(fields.length + 1), 0, { name, type, default: defaultOf(type) ?? null }),
    () => fields.push(...fields.splice(0, 1)),
  ]
  for (const field of fields.filter(isDefinition)) {
    changes.push(() => delete field['default'])
    changes.push(() => {
      const { name: old = null } = field
      field['aliases'] = [old]
      field['name'] = `${JSON.stringify(old).slice(1, -1)}_`
    })
    // What others name has to be defined somewhere.
    if (!definesType(field)) changes.push(() => fields.splice(fields.indexOf(field), 1))
  }
  return changes
}

function definesType(field: SchemaDefinition): boolean {
  return /"(record|enum|fixed)"/.test(JSON.stringify(field['type']))
}

/** What can be done to the type that `of` has under `key`. */
function slotChanges(draw: Draw, of: SchemaDefinition, key: string): Change[] {
  const type = of[key]
  if (type === undefined) return []
  const set = (next: SchemaJson): void => {
    of[key] = next
    if ('default' in of) of['default'] = defaultOf(next) ?? null
    if (of['default'] === null && defaultOf(next) !== null) delete of['default']
  }
  const changes = changesIn(draw, type)
  const simple = pick(draw, SIMPLE)
  if (Array.isArray(type)) {
    const names = type.map(branchName)
    if (!names.includes(simple))
      changes.push(
        () => set([...type, simple]),
        () => set([simple, ...type]),
      )
    changes.push(() => set(type.toReversed()))
    const kept = type.filter((branch) => typeof branch !== 'string' || draw(2) === 0)
    if (kept.length > 0) changes.push(() => set(kept))
    const [only] = type
    if (type.length === 1 && only !== undefined) changes.push(() => set(only))
  } else {
    if (branchName(type) !== 'null')
      changes.push(
        () => set(['null', type]),
        () => set([type, 'null']),
      )
    if (typeof type === 'string' && SIMPLE.includes(type)) {
      changes.push(
        () => set(simple),
        () => set(PROMOTED[type] ?? type),
      )
    }
  }
  return changes
}

const PROMOTED: { readonly [name: string]: string } = {
  int: 'long',
  long: 'double',
  float: 'double',
  string: 'bytes',
  bytes: 'string',
}

/** One of its types by another name, here and there with the old one as an alias. */
function renamed(draw: Draw, schema: SchemaDefinition): SchemaDefinition {
  if (draw(6) > 0) return schema
  const text = JSON.stringify(schema)
  const names = [...new Set(text.match(/"N\d+_*"/g))]
  const name = pick(draw, names)
  const next = `${name.slice(0, -1)}_"`
  if (names.includes(next)) return schema
  const definition = `"name":${name}`
  const defined = draw(3) > 0 ? `"aliases":[#],"name":${next}` : `"name":${next}`
  const changed = text.replace(definition, defined).replaceAll(name, next).replace('#', name)
  return JSON.parse(changed) as SchemaDefinition
}

function isDefinition(part: SchemaJson): part is SchemaDefinition {
  return typeof part === 'object' && part !== null && !Array.isArray(part)
}
