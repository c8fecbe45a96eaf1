import type { LogicalType } from './avro-type.ts'
import type { Fault } from './incompatibility.ts'
import { parseLogicalType } from './logical-type.ts'
import { isPrimitiveName } from './schema-name.ts'
import type {
  EnumNode,
  FieldNode,
  NamedNode,
  RecordNode,
  SchemaNode,
  UnionNode,
} from './schema-tree.ts'
import { branchesFor, isNameOf, isPromoted } from './union-branch.ts'

/** What of the writer's schema has to be readable, and by what of the reader's: by any one. Below the pair's path. */
export interface Part {
  readonly type: 'part'
  readonly path: string
  readonly writer: SchemaNode
  readonly readers: readonly SchemaNode[]
  /** Set: the readers are those branches of this union that are of a kind and a name to be what was written. */
  readonly union: { readonly node: UnionNode; readonly path: string } | undefined
}

/** What stands between one schema and another, not looking below them: faults, and parts that are to be looked at. */
export type Demand = Part | Fault

/** By Avro's specification, "Schema Resolution". */
export function demandsOf(reader: SchemaNode, writer: SchemaNode): readonly Demand[] {
  if (writer.kind === 'union') {
    return writer.branches.flatMap((branch, at) => demandsAt(`/${at}`, reader, branch, ''))
  }
  if (reader.kind === 'union') return demandsAt('', reader, writer)
  if (reader.kind === 'array' && writer.kind === 'array') {
    return demandsAt('/items', reader.items, writer.items)
  }
  if (reader.kind === 'map' && writer.kind === 'map') {
    return demandsAt('/values', reader.values, writer.values)
  }
  if (reader.kind === 'record' && writer.kind === 'record') {
    return [...nameFaults(reader, writer), ...fieldDemands(reader, writer)]
  }
  return faultsOf(reader, writer)
}

/** Of two that hold no others, or that are of different kinds. */
function faultsOf(reader: SchemaNode, writer: SchemaNode): readonly Fault[] {
  if (reader.kind === 'enum' && writer.kind === 'enum') {
    return [...nameFaults(reader, writer), ...symbolFaults(reader, writer)]
  }
  if (reader.kind === 'fixed' && writer.kind === 'fixed') {
    const size = { type: 'FIXED_SIZE_MISMATCH', path: '/size' } as const
    const detail = `expected: ${writer.size}, found: ${reader.size}`
    const sizeFaults = reader.size === writer.size ? [] : [{ ...size, detail }]
    return [...nameFaults(reader, writer), ...sizeFaults, ...decimalFaults(reader, writer)]
  }
  if (reader.kind === writer.kind) return decimalFaults(reader, writer)
  return isPromoted(reader, writer) ? [] : [typeMismatch(reader.kind, writer.kind)]
}

function demandsAt(
  path: string,
  reader: SchemaNode,
  writer: SchemaNode,
  unionPath = path,
): readonly Demand[] {
  if (isPlain(reader) && isPlain(writer)) {
    return faultsOf(reader, writer).map((fault) => ({ ...fault, path: path + fault.path }))
  }
  // Of two unions, the writer's is taken apart first.
  if (reader.kind !== 'union' || writer.kind === 'union') {
    return [{ type: 'part', path, writer, readers: [reader], union: undefined }]
  }
  const union = { node: reader, path: unionPath }
  return [{ type: 'part', path, writer, readers: branchesFor(reader, writer), union }]
}

/** Of most fields: not worth being looked at as a pair of its own. */
function isPlain({ kind }: SchemaNode): boolean {
  return kind === 'fixed' || isPrimitiveName(kind)
}

function nameFaults(reader: NamedNode, writer: NamedNode): readonly Fault[] {
  if (isNameOf(reader, writer)) return []
  return [{ type: 'NAME_MISMATCH', path: '/name', detail: `expected: ${writer.name}` }]
}

function symbolFaults(reader: EnumNode, writer: EnumNode): readonly Fault[] {
  if (reader.default !== undefined) return []
  const known = new Set(reader.symbols)
  const missing = writer.symbols.filter((symbol) => !known.has(symbol)).toSorted()
  if (missing.length === 0) return []
  return [{ type: 'MISSING_ENUM_SYMBOLS', path: '/symbols', detail: `[${missing.join(', ')}]` }]
}

function fieldDemands(reader: RecordNode, writer: RecordNode): readonly Demand[] {
  const written = new Map(writer.fields.map((field) => [field.name, field]))
  return reader.fields.flatMap((field, at): readonly Demand[] => {
    const path = `/fields/${at}`
    const names = [...new Set([field.name, ...field.aliases])]
    const [found, ...more] = names.flatMap((name) => written.get(name) ?? [])
    if (found === undefined) return missingFault(field, path)
    if (more.length > 0) {
      // Neither can be preferred, and whatever reads the data refuses to.
      const fields = [found, ...more].map(({ name }) => name).join(', ')
      const detail = `several fields of the writer are '${field.name}': ${fields}`
      return [{ type: 'NAME_MISMATCH', path: `${path}/aliases`, detail }]
    }
    return demandsAt(`${path}/type`, field.type, found.type)
  })
}

function missingFault(field: FieldNode, path: string): readonly Fault[] {
  if (field.default !== undefined) return []
  return [{ type: 'READER_FIELD_MISSING_DEFAULT_VALUE', path, detail: field.name }]
}

function typeMismatch(reader: string, writer: string): Fault {
  const detail = `reader type: ${reader.toUpperCase()} not compatible with writer type: ${writer.toUpperCase()}`
  return { type: 'TYPE_MISMATCH', path: '', detail }
}

/** A decimal's bytes are its digits alone: read at another scale, 12.34 is 1.234. */
function decimalFaults(reader: SchemaNode, writer: SchemaNode): readonly Fault[] {
  const read = decimalOf(reader)
  const written = decimalOf(writer)
  if (read === undefined || written === undefined) return []
  if (read.scale === written.scale && read.precision >= written.precision) return []
  return [typeMismatch(inWords(read), inWords(written))]
}

type Decimal = Extract<LogicalType, { kind: 'decimal' }>

function decimalOf(node: SchemaNode): Decimal | undefined {
  if (node.kind !== 'bytes' && node.kind !== 'fixed') return undefined
  const logical = parseLogicalType(node.attributes, node)
  return logical?.kind === 'decimal' ? logical : undefined
}

function inWords({ precision, scale }: Decimal): string {
  return `decimal(${precision}, ${scale})`
}
