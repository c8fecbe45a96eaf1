/** A text that is no schema that can be worked with: not JSON, not Avro, too large, without an end. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault'
  /** Where in the schema, as a JSON Pointer: `/fields/2/type`. Empty: the whole. */
  readonly path: string

  constructor(message: string, path = '', options?: ErrorOptions) {
    super(message, options)
    this.path = path
  }
}
