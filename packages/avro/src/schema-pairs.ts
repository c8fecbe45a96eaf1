import { SchemaFault } from './schema-fault.ts'
import { type Demand, demandsOf, type Part } from './schema-match.ts'
import type { SchemaNode } from './schema-tree.ts'

/** A reader's and a writer's schema, or parts of them, and whether the one can read what the other writes. */
export interface Pair {
  readonly reader: SchemaNode
  readonly writer: SchemaNode
  readonly demands: readonly Demand[]
  /** Those that read a part, each with one of the part's readers. */
  readonly below: ReadonlyMap<Part, readonly Pair[]>
  readonly fails: boolean
}

/**
 * How much is looked at: pairs, and the fields, branches and symbols of each. Two schemas that go in circles of
 * different lengths meet in as many pairs as the product; this many take less than a second.
 */
const STEPS_MAX = 200_000

/**
 * Compares two schemas and every pair of parts that has to go together for them to. Two that meet themselves again
 * below go together unless something else is wrong: so all pairs are found first, and then what is wrong with one is
 * carried to those that need it. Each pair is looked at once, whatever the schemas' shape, and nothing recurses.
 * Throws SchemaFault past its limit.
 */
export function comparePairs(reader: SchemaNode, writer: SchemaNode): Pair {
  const found = new Pairs()
  const root = found.pair(reader, writer)
  // It grows while it is gone through.
  for (const pair of found.all) pair.expand(found)
  const failing = found.all.filter((pair) => pair.fails)
  for (const pair of failing) {
    for (const need of pair.neededBy) {
      need.left--
      if (need.left > 0 || need.owner.fails) continue
      need.owner.fails = true
      failing.push(need.owner)
    }
  }
  return root
}

/** A part of `owner` that `left` of its readers may still be able to read. */
interface Need {
  readonly owner: ComparedPair
  left: number
}

class ComparedPair implements Pair {
  readonly reader: SchemaNode
  readonly writer: SchemaNode
  demands: readonly Demand[] = []
  readonly below = new Map<Part, readonly ComparedPair[]>()
  readonly neededBy: Need[] = []
  fails = false

  constructor(reader: SchemaNode, writer: SchemaNode) {
    this.reader = reader
    this.writer = writer
  }

  expand(pairs: Pairs): void {
    pairs.spend(sizeOf(this.reader) + sizeOf(this.writer))
    this.demands = demandsOf(this.reader, this.writer)
    for (const demand of this.demands) {
      if (demand.type !== 'part') {
        this.fails = true
        continue
      }
      const below = demand.readers.map((reader) => pairs.pair(reader, demand.writer))
      this.below.set(demand, below)
      const need = { owner: this, left: below.length }
      for (const pair of below) pair.neededBy.push(need)
      if (below.length === 0) this.fails = true
    }
  }
}

class Pairs {
  readonly all: ComparedPair[] = []
  readonly #byReader = new Map<SchemaNode, Map<SchemaNode, ComparedPair>>()
  #steps = 0

  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps <= STEPS_MAX) return
    throw new SchemaFault(`Comparing it with another schema takes more than ${STEPS_MAX} steps.`)
  }

  pair(reader: SchemaNode, writer: SchemaNode): ComparedPair {
    this.spend(1)
    const byWriter = this.#byReader.get(reader) ?? new Map<SchemaNode, ComparedPair>()
    this.#byReader.set(reader, byWriter)
    const known = byWriter.get(writer)
    if (known !== undefined) return known
    const pair = new ComparedPair(reader, writer)
    byWriter.set(writer, pair)
    this.all.push(pair)
    return pair
  }
}

function sizeOf(node: SchemaNode): number {
  switch (node.kind) {
    case 'record':
      return node.fields.length
    case 'union':
      return node.branches.length
    case 'enum':
      return node.symbols.length
    default:
      return 1
  }
}
