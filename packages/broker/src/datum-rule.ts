import { AvroCodec } from '@millrace/avro/avro-codec'
import { DatumFault } from '@millrace/avro/datum-fault'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { schemaIdOf, WIRE_PREFIX_SIZE, writeWirePrefix } from '@millrace/avro/wire-format'
import { LogError } from '@millrace/model/log-error'
import type { SchemaName, SchemaSetting } from '@millrace/model/schema-setting'
import type { SchemaRegistry } from '@millrace/schemas/schema-registry'
import { Misfit } from './misfit.ts'
import { type NamedSchema, namedSchema } from './named-schema.ts'

type Registry = Pick<SchemaRegistry, 'findVersion' | 'hasId' | 'parsed'>

/** What the keys, or the values, of one produce are held to. */
export class DatumRule {
  readonly setting: SchemaSetting
  readonly #registry: Registry
  readonly #place: 'key' | 'value'
  readonly #name: SchemaName
  readonly #isAsked: boolean
  #writer: NamedSchema | undefined

  /** INVALID_REQUEST when the topic has another subject than is asked for. */
  constructor(
    registry: Registry,
    place: 'key' | 'value',
    setting: SchemaSetting,
    asked: SchemaName | undefined,
  ) {
    if (asked !== undefined && asked.subject !== setting.subject) {
      throw otherSubject(place, setting, asked)
    }
    this.#registry = registry
    this.#place = place
    this.setting = setting
    this.#name = asked ?? { subject: setting.subject, version: 'latest' }
    this.#isAsked = asked !== undefined
  }

  /** Whether JSON is encoded: not while the subject has no version, unless one is asked for, which must be there. */
  get isEncoding(): boolean {
    if (this.#isAsked) return true
    return this.#registry.findVersion(this.#name.subject, this.#name.version) !== undefined
  }

  /** JSON as a datum in the wire format. Throws Misfit; UNKNOWN_SCHEMA when there is none to encode with. */
  encode(json: Uint8Array | string): Uint8Array {
    this.#writer ??= namedSchema(this.#registry, this.#name)
    const { schema, id, name } = this.#writer
    try {
      const bytes = AvroCodec.of(schema).encodeJson(json, WIRE_PREFIX_SIZE)
      writeWirePrefix(bytes, id)
      return bytes
    } catch (error) {
      throw this.#misfit(error, name)
    }
  }

  /** Whether bytes are a datum of a version of the subject, in the wire format. Throws Misfit. */
  check(bytes: Uint8Array): void {
    const { subject } = this.setting
    const id = schemaIdOf(bytes)
    if (id === undefined) {
      throw this.#at(
        '',
        `These bytes do not begin with the id of a schema of ${subject}: send them in Avro's wire format, or as JSON ` +
          '(in an HTTP body of JSON), which is encoded here.',
      )
    }
    if (!this.#registry.hasId(subject, id)) {
      throw this.#at('', `Schema ${id} is none of ${subject}.`)
    }
    try {
      const schema = this.#registry.parsed(id)
      if (schema === undefined) throw this.#at('', `There is no schema ${id}.`)
      AvroCodec.of(schema).expectDatum(bytes, WIRE_PREFIX_SIZE)
    } catch (error) {
      throw this.#misfit(error, this.setting.subject)
    }
  }

  #misfit(error: unknown, name: string): unknown {
    if (error instanceof SchemaFault) {
      return this.#at(
        '',
        `The schema of ${name} that it was written with cannot be read any more: ${error.message}`,
      )
    }
    if (!(error instanceof DatumFault)) return error
    return this.#at(error.path, `It does not fit ${name}: ${error.message}`)
  }

  #at(path: string, message: string): Misfit {
    return new Misfit(`/${this.#place}${path}`, message, this.setting)
  }
}

function otherSubject(place: string, { subject }: SchemaSetting, asked: SchemaName): LogError {
  return new LogError(
    'INVALID_REQUEST',
    `The ${place}s of this topic are data of subject ${subject}, not of ${asked.subject}.`,
    { appended: false },
  )
}
