import type { AvroType, RecordType } from './avro-type.ts'

/** How many bytes a datum of the type takes at least. */
export function sizeMinOf(type: AvroType): number {
  switch (type.kind) {
    case 'null':
      return 0
    case 'float':
      return 4
    case 'double':
      return 8
    case 'fixed':
      return type.size
    case 'record':
      return sizeMinOfRecord(type)
    default:
      return 1
  }
}

/** Records of records may be many more than their types. */
const known = new WeakMap<RecordType, number>()

function sizeMinOfRecord(type: RecordType): number {
  const made = known.get(type)
  if (made !== undefined) return made
  // Only a field that is still unread leads back here: such a record has no end, and is refused elsewhere.
  known.set(type, 0)
  const size = type.fields.reduce((sum, field) => sum + sizeMinOf(field.type), 0)
  known.set(type, size)
  return size
}
