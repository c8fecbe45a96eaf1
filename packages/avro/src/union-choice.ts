/**
 * Which branch of a union a JSON value is.
 *
 *   - An object whose one key is the name of a branch names it: `{"com.example.Card": {…}}`.
 *   - Else it is the one branch that is written as null, a number, a string, and so on, if there is one alone.
 *   - A number is the first of int, long, float and double that holds it exactly, else the widest; a decimal
 *     when there is none of these.
 *   - A string is the string, if the union has one, whatever it looks like; else the one branch that has such a text.
 *   - An object is the one record that has all its keys and needs no others, or the map; their values do not count.
 *   - Where that leaves more than one it is ambiguous: the branch is to be named.
 */
import { type AvroType, branchName, type RecordType } from './avro-type.ts'
import { type JsonKind, jsonKindOf } from './scalar/scalar.ts'
import { isScalarType, withScalar } from './scalar/scalar-types.ts'

/** In place of the index of a branch. */
export const NONE = -1
export const AMBIGUOUS = -2

interface Candidate {
  readonly index: number
  readonly kind: AvroType['kind']
  fits(this: void, value: unknown, isExact: boolean): boolean
}

export class UnionChoice {
  readonly #byName: ReadonlyMap<string, number>
  readonly #byKind = new Map<JsonKind, Candidate[]>()

  constructor(branches: readonly AvroType[]) {
    this.#byName = new Map(branches.map((branch, index) => [branchName(branch), index]))
    for (const [index, branch] of branches.entries()) {
      const fits = fitOf(branch)
      for (const kind of jsonKindsOf(branch)) {
        const candidates = this.#byKind.get(kind) ?? []
        this.#byKind.set(kind, candidates)
        candidates.push({ index, kind: branch.kind, fits })
      }
    }
    this.#settleStrings()
    this.#byKind.get('number')?.sort((one, other) => rankOf(one) - rankOf(other))
  }

  /** The branch that an object names with its one key. */
  namedIn(object: object): string | undefined {
    let name: string | undefined
    for (const key in object) {
      if (name !== undefined) return undefined
      name = key
    }
    return name !== undefined && this.#byName.has(name) ? name : undefined
  }

  indexOf(name: string): number {
    return this.#byName.get(name) ?? NONE
  }

  /** The index of the branch that the value is when none is named. */
  choose(value: unknown, isExact: boolean): number {
    const kind = jsonKindOf(value)
    const candidates = kind === undefined ? undefined : this.#byKind.get(kind)
    if (candidates === undefined) return NONE
    if (candidates.length === 1) return candidates[0]?.index ?? NONE
    return kind === 'number' ? chooseNumber(candidates, value, isExact) : one(candidates, value)
  }

  /** Whether all values of such a kind are of this branch, and so need no look at them. */
  isAlone(kind: JsonKind, index: number): boolean {
    const candidates = this.#byKind.get(kind)
    return candidates?.length === 1 && candidates[0]?.index === index
  }

  /** No branch beside a string is written as a string; "NaN" is of the first of float and double. */
  #settleStrings(): void {
    const candidates = this.#byKind.get('string')
    if (candidates === undefined) return
    const string = candidates.find(({ kind }) => kind === 'string')
    const hasFloat = candidates.some(({ kind }) => kind === 'float')
    const settled = candidates.filter(({ kind }) => !(hasFloat && kind === 'double'))
    this.#byKind.set('string', string === undefined ? settled : [string])
  }
}

function one(candidates: readonly Candidate[], value: unknown): number {
  let found = NONE
  for (const candidate of candidates) {
    if (!candidate.fits(value, true)) continue
    if (found !== NONE) return AMBIGUOUS
    found = candidate.index
  }
  return found
}

/** In the order of `NUMBERS`. */
function chooseNumber(candidates: readonly Candidate[], value: unknown, isExact: boolean): number {
  let widest = NONE
  for (const { fits, index, kind } of candidates) {
    if (!NUMBERS.includes(kind)) break
    const isWhole = !Object.is(value, -0)
    if (kind === 'int' || kind === 'long') {
      if (isWhole && fits(value, isExact)) return index
    } else if (fits(value, isExact)) {
      if (kind === 'double' || isFloat(value)) return index
      widest = index
    }
  }
  if (widest !== NONE) return widest
  return one(
    candidates.filter(({ kind }) => !NUMBERS.includes(kind)),
    value,
  )
}

function isFloat(value: unknown): boolean {
  const number = Number(value)
  return Object.is(Math.fround(number), number)
}

const NUMBERS: readonly AvroType['kind'][] = ['int', 'long', 'float', 'double']

function rankOf({ kind }: Candidate): number {
  const rank = NUMBERS.indexOf(kind)
  return rank === -1 ? NUMBERS.length : rank
}

export function jsonKindsOf(type: AvroType): readonly JsonKind[] {
  if (isScalarType(type)) return withScalar(type, ({ jsonKinds }) => jsonKinds)
  return type.kind === 'array' ? ['array'] : ['object']
}

function fitOf(type: AvroType): Candidate['fits'] {
  if (isScalarType(type)) {
    return withScalar(
      type,
      ({ parse }) =>
        (value, isExact) =>
          parse(value, isExact) !== undefined,
    )
  }
  if (type.kind !== 'record') return () => true
  return (value) => isObject(value) && hasKeysOf(type, value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** No key that the record does not have, and every field that has no default. */
function hasKeysOf({ fields }: RecordType, value: object): boolean {
  const known = new Set(fields.map(({ name }) => name))
  return (
    Object.keys(value).every((key) => known.has(key)) &&
    fields.every(
      ({ defaultDatum, name }) => defaultDatum !== undefined || Object.hasOwn(value, name),
    )
  )
}
