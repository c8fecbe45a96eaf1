/**
 * A datum as Kafka's Avro serializers write it into a record's key or value:
 *
 *     magic      u8    0
 *     schema id  i32   big-endian, of the registry
 *     datum            Avro's binary encoding, to the end
 *
 * Source: Confluent's documentation of its Schema Registry, "Wire format".
 */
const MAGIC = 0
const SCHEMA_ID_AT = 1
export const WIRE_PREFIX_SIZE = 5

/** The id of the schema that the bytes name; undefined for bytes that are not of this format. */
export function schemaIdOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < WIRE_PREFIX_SIZE || bytes[0] !== MAGIC) return undefined
  const id =
    ((bytes[SCHEMA_ID_AT] as number) << 24) |
    ((bytes[SCHEMA_ID_AT + 1] as number) << 16) |
    ((bytes[SCHEMA_ID_AT + 2] as number) << 8) |
    (bytes[SCHEMA_ID_AT + 3] as number)
  return id < 0 ? undefined : id
}

/** Writes what stands before a datum. */
export function writeWirePrefix(bytes: Uint8Array, schemaId: number): void {
  bytes[0] = MAGIC
  bytes[SCHEMA_ID_AT] = schemaId >> 24
  bytes[SCHEMA_ID_AT + 1] = schemaId >> 16
  bytes[SCHEMA_ID_AT + 2] = schemaId >> 8
  bytes[SCHEMA_ID_AT + 3] = schemaId
}
