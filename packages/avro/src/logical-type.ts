import type { LogicalType, TimeUnit } from './avro-type.ts'
import { DECIMAL_PRECISION_MAX } from './limits.ts'
import { SchemaFault } from './schema-fault.ts'

interface Underlying {
  readonly kind: string
  /** Of a fixed type. */
  readonly size?: number
}

/**
 * What a schema's `logicalType` says of the type that carries it. Undefined when it is unknown or not as the
 * specification has it: the type is then read as if it were not there (Avro 1.12, "Logical Types").
 */
export function parseLogicalType(
  schema: Readonly<Record<string, unknown>>,
  { kind, size }: Underlying,
): LogicalType | undefined {
  const name = schema['logicalType']
  if (typeof name !== 'string') return undefined
  if (name === 'decimal') return parseDecimal(schema, { kind, ...(size !== undefined && { size }) })
  if (name === 'duration') return size === DURATION_SIZE ? { kind: 'duration' } : undefined
  if (name === 'uuid') {
    return kind === 'string' || size === UUID_SIZE ? { kind: 'uuid' } : undefined
  }
  const known = PLAIN.get(name)
  return known !== undefined && known.kind === kind ? known.logical : undefined
}

function parseDecimal(
  { precision, scale = 0 }: Readonly<Record<string, unknown>>,
  { kind, size }: Underlying,
): LogicalType | undefined {
  if (kind !== 'bytes' && kind !== 'fixed') return undefined
  if (!isInteger(precision) || precision < 1) return undefined
  if (!isInteger(scale) || scale < 0 || scale > precision) return undefined
  if (size !== undefined && precision > digitsOf(size)) return undefined
  if (precision > DECIMAL_PRECISION_MAX) {
    throw new SchemaFault(`A decimal has at most ${DECIMAL_PRECISION_MAX} digits.`, '/precision')
  }
  return { kind: 'decimal', precision, scale }
}

/** How many decimal digits always fit into so many bytes, one bit of which is the sign. */
function digitsOf(bytes: number): number {
  return Math.floor(Math.log10(2) * (8 * bytes - 1))
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

const UUID_SIZE = 16
const DURATION_SIZE = 12

const PLAIN = new Map<string, { readonly kind: string; readonly logical: LogicalType }>([
  ['date', { kind: 'int', logical: { kind: 'date' } }],
  ['time-millis', { kind: 'int', logical: { kind: 'time', unit: 'millis' } }],
  ['time-micros', { kind: 'long', logical: { kind: 'time', unit: 'micros' } }],
  ...(['millis', 'micros', 'nanos'] as const).flatMap((unit) => [
    timestamp('timestamp', unit),
    timestamp('local-timestamp', unit),
  ]),
])

function timestamp(
  kind: 'timestamp' | 'local-timestamp',
  unit: TimeUnit,
): [string, { readonly kind: string; readonly logical: LogicalType }] {
  return [`${kind}-${unit}`, { kind: 'long', logical: { kind, unit } }]
}
