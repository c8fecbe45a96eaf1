/**
 * What JSON values have in common, as an Avro schema: every value that was seen fits it.
 *
 *   - whole numbers are `long`, beside others `double`;
 *   - a field that some objects do not have, or that is null, is nullable, with the default null;
 *   - values of different kinds in one place are a union;
 *   - an object is a record, named after the field that has it.
 */
export class ValueShape {
  #hasNull = false
  #hasBoolean = false
  #hasLong = false
  #hasDouble = false
  #hasString = false
  #items: ValueShape | undefined
  #fields: Map<string, FieldShape> | undefined
  /** Objects seen. */
  #objects = 0

  add(value: unknown): void {
    if (value === null) this.#hasNull = true
    else if (typeof value === 'boolean') this.#hasBoolean = true
    else if (typeof value === 'string') this.#hasString = true
    else if (typeof value === 'number') this.#addNumber(value)
    else if (Array.isArray(value)) {
      this.#items ??= new ValueShape()
      for (const item of value) this.#items.add(item)
    } else this.#addObject(Object.entries(value as object))
  }

  get isNullable(): boolean {
    return this.#hasNull
  }

  /** A schema for each kind of value, null left out. */
  branches(makeRecord: (fields: readonly InferredField[]) => object): readonly unknown[] {
    const branches: unknown[] = []
    if (this.#hasBoolean) branches.push('boolean')
    if (this.#hasDouble) branches.push('double')
    else if (this.#hasLong) branches.push('long')
    if (this.#hasString) branches.push('string')
    if (this.#items !== undefined) branches.push({ type: 'array', items: this.#items })
    if (this.#fields !== undefined) {
      const objects = this.#objects
      const fields = [...this.#fields].map(([name, { shape, seen }]) => {
        return { name, shape, isOptional: shape.isNullable || seen < objects }
      })
      branches.push(makeRecord(fields))
    }
    return branches
  }

  /** Beyond 2^53 a number has lost digits by now, but whole it is. */
  #addNumber(value: number): void {
    const isLong = Number.isInteger(value) && Math.abs(value) < LONG_LIMIT
    if (isLong) this.#hasLong = true
    else this.#hasDouble = true
  }

  #addObject(entries: readonly [string, unknown][]): void {
    this.#fields ??= new Map()
    this.#objects += 1
    for (const [name, value] of entries) {
      const field = this.#fields.get(name) ?? { shape: new ValueShape(), seen: 0 }
      field.shape.add(value)
      field.seen += 1
      this.#fields.set(name, field)
    }
  }
}

interface FieldShape {
  readonly shape: ValueShape
  seen: number
}

interface InferredField {
  readonly name: string
  readonly shape: ValueShape
  readonly isOptional: boolean
}

export interface InferredSchema {
  readonly schema: unknown
  /** Names that Avro does not allow, and what they became. */
  readonly renamed: ReadonlyMap<string, string>
}

export function inferredSchema(shape: ValueShape, name: string): InferredSchema {
  const renamed = new Map<string, string>()
  const recordNames = new Set<string>()
  const typeOf = (of: ValueShape, wanted: string, isOptional: boolean): unknown => {
    const branches = of
      .branches((fields) => recordOf(fields, unused(recordNames, typeName(wanted))))
      .map((branch) => withItems(branch, wanted))
    const all = isOptional ? ['null', ...branches] : branches
    return all.length === 1 ? all[0] : all.length === 0 ? 'null' : all
  }
  const withItems = (branch: unknown, wanted: string): unknown => {
    const items = typeof branch === 'object' && branch !== null && 'items' in branch && branch.items
    if (!(items instanceof ValueShape)) return branch
    return { type: 'array', items: typeOf(items, `${wanted}Item`, items.isNullable) }
  }
  const recordOf = (fields: readonly InferredField[], recordName: string): object => {
    const fieldNames = new Set<string>()
    return {
      type: 'record',
      name: recordName,
      fields: fields.map((field) => {
        const fieldName = unused(fieldNames, validName(field.name))
        if (fieldName !== field.name) renamed.set(field.name, fieldName)
        const type = typeOf(field.shape, field.name, field.isOptional)
        return { name: fieldName, type, ...(field.isOptional && { default: null }) }
      }),
    }
  }
  return { schema: typeOf(shape, name, shape.isNullable), renamed }
}

function validName(name: string): string {
  const valid = name.replaceAll(/[^A-Za-z0-9_]/g, '_')
  return /^[A-Za-z_]/.test(valid) ? valid : `_${valid}`
}

function typeName(name: string): string {
  const valid = validName(name)
  return valid.charAt(0).toUpperCase() + valid.slice(1)
}

/** The name, or with a number where it is taken. */
function unused(taken: Set<string>, name: string): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name}${number}`
  taken.add(free)
  return free
}

const LONG_LIMIT = 2 ** 63
