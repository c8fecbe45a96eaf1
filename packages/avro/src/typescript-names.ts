import { shortName } from './schema-name.ts'
import type { NamedNode, SchemaNode } from './schema-tree.ts'

/** Every type that has a name, in the order in which they first occur. */
export function namedTypesOf(root: SchemaNode): readonly NamedNode[] {
  const found = new Set<NamedNode>()
  const stack = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ('name' in node) {
      if (found.has(node)) continue
      found.add(node)
    }
    for (const below of partsOf(node).toReversed()) stack.push(below)
  }
  return [...found]
}

export function partsOf(node: SchemaNode): readonly SchemaNode[] {
  switch (node.kind) {
    case 'array':
      return [node.items]
    case 'map':
      return [node.values]
    case 'union':
      return node.branches
    case 'record':
      return node.fields.map(({ type }) => type)
    default:
      return []
  }
}

/**
 * What each type is called in TypeScript: its name without the namespace, with it where two would be
 * called the same, and with a number where that is not enough.
 */
export class TypeNames {
  readonly #names = new Map<NamedNode, string>()
  readonly #taken = new Set<string>()

  constructor(named: readonly NamedNode[]) {
    for (const node of named) this.#names.set(node, this.free(shortName(node.name), node.name))
  }

  of(node: NamedNode): string {
    return this.#names.get(node) ?? identifier(node.name)
  }

  /** A name that nothing has so far, and that from now on is taken, with that of its input form. */
  free(name: string, fullName = name): string {
    const wanted = [identifier(name), identifier(fullName)]
    for (let count = 2; ; count++) {
      const free = wanted.find((one) => this.#isFree(one))
      if (free !== undefined) {
        this.#taken.add(free).add(`${free}Input`)
        return free
      }
      wanted.push(`${identifier(fullName)}_${count}`)
    }
  }

  #isFree(name: string): boolean {
    return !RESERVED.has(name) && !this.#taken.has(name) && !this.#taken.has(`${name}Input`)
  }
}

function identifier(name: string): string {
  const word = name.replaceAll(/[^A-Za-z0-9_]/g, '_')
  return /^[0-9]/.test(word) || word === '' ? `_${word}` : word
}

/** What a type cannot be called, and `Record`, which maps are of. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'any unknown never void null undefined string number boolean bigint symbol object Record ' +
    'break case catch class const continue debugger default delete do else enum export extends ' +
    'false finally for function if import in instanceof new return super switch this throw true ' +
    'try typeof var while with implements interface let package private protected public static ' +
    'yield await type'
  ).split(' '),
)
