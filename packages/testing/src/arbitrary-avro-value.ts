import { type AvroType, branchName, type LogicalType } from '@millrace/avro/avro-type'
import * as fc from 'fast-check'

/** Deeper than this only what ends soon is chosen. */
const DEPTH_MAX = 5

/** Values as avsc takes them, each branch of a union named, and each in the form that there is one alone of. */
export function arbitraryAvroValue(type: AvroType, depth = 0): fc.Arbitrary<unknown> {
  const maxLength = depth < DEPTH_MAX ? 3 : 0
  switch (type.kind) {
    case 'record': {
      const fields = type.fields.map((field) => arbitraryAvroValue(field.type, depth + 1))
      return fc.tuple(...fields).map((values) =>
        objectOf(
          type.fields.map(({ name }) => name),
          values,
        ),
      )
    }
    case 'array':
      if (maxLength === 0) return fc.constant([])
      return fc.array(arbitraryAvroValue(type.items, depth + 1), { maxLength })
    case 'map': {
      if (maxLength === 0) return fc.constant({})
      const value = arbitraryAvroValue(type.values, depth + 1)
      return fc
        .uniqueArray(fc.tuple(key(), value), { maxLength, selector: ([name]) => name })
        .map((entries) =>
          objectOf(
            entries.map(([name]) => name),
            entries.map(([, item]) => item),
          ),
        )
    }
    case 'union':
      return arbitraryBranch(type.branches, depth)
    default:
      return arbitraryScalar(type)
  }
}

/** Also one that is called like what every object has. */
function objectOf(names: readonly string[], values: readonly unknown[]): object {
  const object = {}
  for (const [index, name] of names.entries()) {
    const descriptor = {
      value: values[index],
      enumerable: true,
      writable: true,
      configurable: true,
    }
    Object.defineProperty(object, name, descriptor)
  }
  return object
}

/** Often those that mean something elsewhere. */
function key(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom('a', 'b', 'constructor', '__proto__', 'string', 'map', 'null', '1'),
    text(),
  )
}

function arbitraryBranch(branches: readonly AvroType[], depth: number): fc.Arbitrary<unknown> {
  const ends = branches.filter(({ kind }) => kind !== 'record')
  const chosen = depth < DEPTH_MAX || ends.length === 0 ? branches : ends
  return fc.oneof(
    ...chosen.map((branch) =>
      branch.kind === 'null'
        ? fc.constant(null)
        : arbitraryAvroValue(branch, depth + 1).map((value) => ({ [branchName(branch)]: value })),
    ),
  )
}

type ScalarType = Exclude<AvroType, { kind: 'array' | 'map' | 'record' | 'union' }>

function arbitraryScalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'int':
      return fc.oneof(fc.integer(), fc.integer({ min: 0, max: 90_000_000 }))
    case 'long':
      return long()
    case 'float':
      return fc.oneof(fc.float(), fc.integer({ min: -9, max: 9 }).map(Math.fround))
    case 'double':
      return fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.float())
    case 'string':
      return type.logical === undefined ? text() : fc.uuid()
    case 'bytes':
      return type.logical === undefined ? bytes() : decimal(type.logical)
    case 'fixed':
      return type.logical?.kind === 'decimal' ? decimal(type.logical, type.size) : bytes(type.size)
    case 'enum':
      return fc.constantFrom(...type.symbols)
  }
}

/** Of all sizes; and of those that are times of our days. */
function long(): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.maxSafeInteger().map(BigInt),
    fc.integer().map(BigInt),
    fc
      .tuple(fc.nat(), fc.constantFrom(1n, 1_000n, 1_000_000n))
      .map(([n, unit]) => BigInt(n) * unit),
    fc
      .tuple(fc.integer(), fc.constantFrom(10n ** 3n, 10n ** 6n, 10n ** 9n))
      .map(([n, unit]) => BigInt(n) * unit),
    fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, 1n - 2n ** 53n),
  )
}

function text(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme', minLength: 30, maxLength: 80 }),
    fc.constantFrom('NaN', 'A', 'YWJj', '2026-11-22', '1.50', 'PT0S', '"\\\u0000\u2028'),
  )
}

function bytes(size?: number): fc.Arbitrary<Buffer> {
  const length = size === undefined ? { maxLength: 8 } : { minLength: size, maxLength: size }
  return fc.uint8Array(length).map((array) => Buffer.from(array))
}

/** As many bytes as it takes, or as there are. */
function decimal(logical: LogicalType, size?: number): fc.Arbitrary<Buffer> {
  const digits = logical.kind === 'decimal' ? logical.precision : 1
  const max = 10n ** BigInt(digits) - 1n
  return fc
    .oneof(fc.bigInt({ min: -max, max }), fc.bigInt({ min: -200n, max: 200n }))
    .map((value) => {
      const length = size ?? sizeOf(value)
      const hex = BigInt.asUintN(8 * length, value)
        .toString(16)
        .padStart(2 * length, '0')
      return Buffer.from(hex, 'hex')
    })
}

function sizeOf(value: bigint): number {
  for (let size = 1; ; size++) if (BigInt.asIntN(8 * size, value) === value) return size
}
