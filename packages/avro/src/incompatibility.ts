/** Why data of one schema cannot be read with another, by the names that Avro's own checker has for it. */
export type IncompatibilityType =
  | 'NAME_MISMATCH'
  | 'FIXED_SIZE_MISMATCH'
  | 'MISSING_ENUM_SYMBOLS'
  | 'READER_FIELD_MISSING_DEFAULT_VALUE'
  | 'TYPE_MISMATCH'
  | 'MISSING_UNION_BRANCH'

export interface Incompatibility {
  readonly type: IncompatibilityType
  /**
   * A JSON Pointer into the reader's schema, `/` for the whole. What is behind a name is under the place that names it,
   * and the branches of a union of the writer are counted as the writer has them.
   */
  readonly path: string
  /** A sentence for people. */
  readonly message: string
  /** What exactly: the field, the symbols, the two types. */
  readonly detail: string
}

/** What the two schemas are to those who read the message. */
export interface Sides {
  readonly reader: string
  readonly writer: string
}

/** An incompatibility before it is known who reads. */
export interface Fault {
  readonly type: IncompatibilityType
  readonly path: string
  readonly detail: string
}

export function incompatibilityOf(fault: Fault, path: string, sides: Sides): Incompatibility {
  const { type, detail } = fault
  return { type, path, message: sentence({ type, path, detail }, sides), detail }
}

/** As registries of this API list it where a client asks for all reasons; clients search these texts. */
export function inVerboseForm({ type, message, detail }: Incompatibility): string {
  return `{errorType:'${type}', description:'${message}', additionalInfo:'${detail}'}`
}

function sentence({ type, path, detail }: Fault, { reader, writer }: Sides): string {
  switch (type) {
    case 'NAME_MISMATCH':
      return `The name of the schema has changed (path '${path}')`
    case 'FIXED_SIZE_MISMATCH':
      return `The size of FIXED type field at path '${path}' in the ${reader} schema does not match with the ${writer} schema`
    case 'MISSING_ENUM_SYMBOLS':
      return `The ${reader} schema is missing enum symbols '${detail}' at path '${path}' in the ${writer} schema`
    case 'READER_FIELD_MISSING_DEFAULT_VALUE':
      return `The field '${detail}' at path '${path}' in the ${reader} schema has no default value and is missing in the ${writer} schema`
    case 'TYPE_MISMATCH':
      return `The type (path '${path}') of a field in the ${reader} schema does not match with the ${writer} schema`
    case 'MISSING_UNION_BRANCH':
      return `The ${reader} schema is missing a type inside a union field at path '${path}' in the ${writer} schema`
  }
}
