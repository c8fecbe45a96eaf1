import {
  type Fault,
  type Incompatibility,
  incompatibilityOf,
  type Sides,
} from './incompatibility.ts'
import type { Part } from './schema-match.ts'
import { comparePairs, type Pair } from './schema-pairs.ts'
import type { SchemaNode } from './schema-tree.ts'

/** How many reasons are told of one pair of schemas. Nobody reads more, and a wide record can have thousands. */
export const REASONS_MAX = 100

/** Of what is deeper down than this one reason is enough: its path is of no use to anyone, and takes memory. */
const PATH_LENGTH_MAX = 4096

/**
 * Every reason why the reader cannot read what the writer writes, in the order of the reader's schema. What
 * is wrong with two definitions is told at the first place where they meet. Throws SchemaFault.
 */
export function incompatibilitiesOf(
  reader: SchemaNode,
  writer: SchemaNode,
  sides: Sides,
): readonly Incompatibility[] {
  const reasons: Incompatibility[] = []
  const told = new Set<Pair>()
  const stack: Finding[] = [{ path: '', found: comparePairs(reader, writer) }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { path, found } = top
    if ('detail' in found) {
      reasons.push(incompatibilityOf(found, path === '' ? '/' : path, sides))
      if (reasons.length === REASONS_MAX) return reasons
      continue
    }
    if (!found.fails || told.has(found)) continue
    if (path.length > PATH_LENGTH_MAX && reasons.length > 0) continue
    told.add(found)
    for (const below of findingsIn(found).toReversed()) {
      stack.push({ path: path + below.path, found: below.found })
    }
  }
  return reasons
}

/** What is wrong at a path, or where to look for it. */
interface Finding {
  readonly path: string
  readonly found: Fault | Pair
}

function findingsIn(pair: Pair): readonly Finding[] {
  return pair.demands.flatMap((demand): readonly Finding[] => {
    if (demand.type !== 'part') return [{ path: demand.path, found: demand }]
    return findingsAbout(demand, pair.below.get(demand) ?? [])
  })
}

function findingsAbout({ path, writer, union }: Part, below: readonly Pair[]): readonly Finding[] {
  if (below.some((pair) => !pair.fails)) return []
  if (union === undefined) return below.map((found) => ({ path, found }))
  const detail = `reader union lacking writer type: ${writer.kind.toUpperCase()}`
  const missing: Fault = { type: 'MISSING_UNION_BRANCH', path, detail }
  // The branch that was meant, where it is there but does not go together with what was written.
  const meant = below.map((found) => {
    const at = union.node.branches.indexOf(found.reader)
    return { path: `${union.path}/${at}`, found }
  })
  return [{ path, found: missing }, ...meant]
}
