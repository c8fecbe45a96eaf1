/** What a schema says, each name in it followed to what it names: a graph, with circles where records recur. */
export type AvroType =
  | PrimitiveType
  | ArrayType
  | MapType
  | UnionType
  | RecordType
  | EnumType
  | FixedType

export interface PrimitiveType {
  readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
  readonly logical?: LogicalType | undefined
}

export interface ArrayType {
  readonly kind: 'array'
  readonly items: AvroType
}

export interface MapType {
  readonly kind: 'map'
  readonly values: AvroType
}

export interface UnionType {
  readonly kind: 'union'
  readonly branches: readonly AvroType[]
}

export interface RecordType {
  readonly kind: 'record'
  /** In full, with its namespace. */
  readonly name: string
  /** In full. */
  readonly aliases: readonly string[]
  readonly fields: readonly RecordField[]
}

export interface RecordField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  /** The default, as a datum of the type; undefined: the field has none. */
  readonly defaultDatum: Uint8Array | undefined
}

export interface EnumType {
  readonly kind: 'enum'
  readonly name: string
  readonly aliases: readonly string[]
  readonly symbols: readonly string[]
  /** What a symbol is read as that the reader does not know. */
  readonly defaultSymbol: string | undefined
}

export interface FixedType {
  readonly kind: 'fixed'
  readonly name: string
  readonly aliases: readonly string[]
  /** In bytes. */
  readonly size: number
  readonly logical?: LogicalType | undefined
}

export type LogicalType =
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'uuid' | 'date' | 'duration' }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp' | 'local-timestamp'; readonly unit: TimeUnit }

export type TimeUnit = 'millis' | 'micros' | 'nanos'

/** What a union calls a branch of this type, as Avro's JSON encoding does. */
export function branchName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}
