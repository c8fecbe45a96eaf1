/** A datum that does not fit its schema: as JSON, as bytes, or as what another schema would read of it. */
export class DatumFault extends Error {
  override readonly name = 'DatumFault'
  #path: string

  constructor(message: string, path = '', options?: ErrorOptions) {
    super(message, options)
    this.#path = path
  }

  /** Where in the datum, as a JSON Pointer: `/lines/2/price`. Empty: the whole. */
  get path(): string {
    return this.#path
  }

  /** The same fault, told from outside: its place is within this field, key or item. */
  within(step: string | number): this {
    this.#path = `/${escapeStep(String(step))}${this.#path}`
    return this
  }
}

/** RFC 6901: `~` and `/` in a name are written `~0` and `~1`. */
function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}
