import type { AvroType, LogicalType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import { decodeUtf8 } from '#text'
import type { JsonReading } from './json-reading.ts'
import { JsonReadings } from './json-reading.ts'
import { bytes } from './scalar/binary.ts'
import { formatDouble, formatFloat } from './scalar/floating.ts'
import { bytesOf, longOf, stringOf } from './scalar/scalar-types.ts'
import { SchemaFault } from './schema-fault.ts'

/** A scalar of the writer as one of the reader: the same, or one that its values are promoted to. */
export function readingOfPromoted(writer: AvroType, reader: AvroType, path: string): JsonReading {
  expectDecimalFits(writer, reader, path)
  if (writer.kind === reader.kind) return new JsonReadings().of(reader)
  const promoted = readingOfNumber(writer, reader) ?? readingOfText(writer, reader)
  if (promoted !== undefined) return promoted
  throw new SchemaFault(`${branchName(writer)} cannot be read as ${branchName(reader)}.`, path)
}

function readingOfNumber(writer: AvroType, reader: AvroType): JsonReading | undefined {
  switch (`${writer.kind} ${reader.kind}`) {
    case 'int long': {
      const { format } = longOf(reader as Parameters<typeof longOf>[0])
      return (input) => format(input.readInt())
    }
    case 'int float':
      return (input) => formatFloat(Math.fround(input.readInt()))
    case 'int double':
      return (input) => formatDouble(input.readInt())
    case 'long float':
      return (input) => formatFloat(Math.fround(Number(input.readLong())))
    case 'long double':
      return (input) => formatDouble(Number(input.readLong()))
    case 'float double':
      return (input) => formatDouble(input.readFloat())
    default:
      return undefined
  }
}

function readingOfText(writer: AvroType, reader: AvroType): JsonReading | undefined {
  if (writer.kind === 'string' && reader.kind === 'bytes') {
    const { format, read } = bytesOf(reader)
    return (input) => format(read(input))
  }
  if (writer.kind === 'bytes' && reader.kind === 'string') {
    const { format } = stringOf(reader)
    return (input) => {
      const start = input.at
      const text = decodeUtf8(bytes.read(input))
      if (text === undefined)
        throw input.fault('Bytes that are to be a string are not UTF-8', start)
      return format(text)
    }
  }
  return undefined
}

/** A decimal's bytes are its digits alone: read at another scale, 12.34 would be 1.234. */
function expectDecimalFits(writer: AvroType, reader: AvroType, path: string): void {
  const written = decimalOf(writer)
  const read = decimalOf(reader)
  if (written === undefined || read === undefined) return
  if (written.scale === read.scale && written.precision <= read.precision) return
  throw new SchemaFault(`${inWords(written)} cannot be read as ${inWords(read)}.`, path)
}

type Decimal = Extract<LogicalType, { kind: 'decimal' }>

function decimalOf(type: AvroType): Decimal | undefined {
  if (type.kind !== 'bytes' && type.kind !== 'fixed') return undefined
  return type.logical?.kind === 'decimal' ? type.logical : undefined
}

function inWords({ precision, scale }: Decimal): string {
  return `decimal(${precision}, ${scale})`
}
