import { AvroCodec } from '@millrace/avro/avro-codec'
import { DatumFault } from '@millrace/avro/datum-fault'
import { WIRE_PREFIX_SIZE, writeWirePrefix } from '@millrace/avro/wire-format'
import { type Client, MillraceError } from '@millrace/client'
import { type IdentifiedSchema, SchemaCache } from '@millrace/client/avro'
import type { SchemaName, SchemaSetting } from '@millrace/model/schema-setting'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import { counted } from '../quantity.ts'
import { namedVersion } from '../schema/named-version.ts'
import type { KeyForm, LineRecord } from './plain-line.ts'

/** What keys, or values, are held to, and what the command line asks for. */
interface Wanted {
  readonly setting: SchemaSetting | null
  readonly asked: SchemaName | undefined
}

interface LineSchemas {
  readonly topic: string
  readonly key: Wanted
  readonly value: Wanted
}

/**
 * Makes Avro of lines that are JSON, by the rules that the server has for JSON: with the schema that is asked for,
 * or the latest of the topic's. A line that does not fit a topic that is not strict is sent as it is: the server
 * keeps it, or has it among its dead letters.
 */
export class LineEncoding {
  readonly #key: Encoder | undefined
  readonly #value: Encoder | undefined

  static async open(client: Client, { topic, key, value }: LineSchemas): Promise<LineEncoding> {
    const schemas = new SchemaCache(client.schemas)
    return new LineEncoding(
      await encoderFor(schemas, topic, 'key', key),
      await encoderFor(schemas, topic, 'value', value),
    )
  }

  private constructor(key: Encoder | undefined, value: Encoder | undefined) {
    this.#key = key
    this.#value = value
  }

  get hasKeys(): boolean {
    return this.#key !== undefined
  }

  encode(record: LineRecord, lineNumber: number): LineRecord {
    const { key = null, keyForm = 'bytes', value, valueForm = 'bytes' } = record
    return {
      ...record,
      key: this.#key === undefined ? key : this.#key.encode(key, keyForm, lineNumber),
      value: this.#value === undefined ? value : this.#value.encode(value, valueForm, lineNumber),
    }
  }

  /** What became of lines that did not fit. */
  notes(): readonly string[] {
    return [this.#key, this.#value].flatMap((encoder) => encoder?.note() ?? [])
  }
}

/** Undefined: sent as it is. */
async function encoderFor(
  schemas: SchemaCache,
  topic: string,
  place: 'key' | 'value',
  { setting, asked }: Wanted,
): Promise<Encoder | undefined> {
  if (setting === null && asked === undefined) return undefined
  const { subject, version } = asked ?? { subject: setting?.subject ?? '', version: 'latest' }
  if (setting !== null && setting.subject !== subject) {
    throw new CommandFailure(EXIT.usage, {
      message: `The ${place}s of ${topic} are data of subject ${setting.subject}, not of ${subject}.`,
      next: `Name one of its versions, as in ${setting.subject}@1, or none for the latest.`,
    })
  }
  try {
    return new Encoder(place, await namedVersion(schemas, { subject, version }), setting)
  } catch (error) {
    const isAbsent = error instanceof MillraceError && error.code === 'SUBJECT_NOT_FOUND'
    if (!isAbsent || asked !== undefined) throw error
    // The server would keep such a record as it is, too.
    if (setting?.onMisfit === 'off') return undefined
    throw new CommandFailure(EXIT.notFound, {
      message: `The ${place}s of ${topic} are data of subject ${subject}, which has no version yet.`,
      next: `To make one: millrace schema register ${subject} FILE`,
      cause: error,
    })
  }
}

class Encoder {
  readonly #place: 'key' | 'value'
  readonly #writer: IdentifiedSchema
  readonly #setting: SchemaSetting | null
  readonly #codec: AvroCodec
  #misfits = 0
  #first = ''

  constructor(place: 'key' | 'value', writer: IdentifiedSchema, setting: SchemaSetting | null) {
    this.#place = place
    this.#writer = writer
    this.#setting = setting
    this.#codec = AvroCodec.of(writer.schema)
  }

  encode(bytes: Uint8Array | null, form: KeyForm, lineNumber: number): Uint8Array | null {
    if (bytes === null || form === 'bytes') return bytes
    try {
      const datum = form === 'typed' ? this.#encodeTyped(bytes) : this.#encodeAs(form, bytes)
      writeWirePrefix(datum, this.#writer.id)
      return datum
    } catch (error) {
      if (!(error instanceof DatumFault)) throw error
      const reason = `/${this.#place}${error.path}: ${error.message}`
      if ((this.#setting?.onMisfit ?? 'reject') === 'reject') throw this.#misfit(reason, lineNumber)
      if (this.#misfits === 0) this.#first = `line ${lineNumber}, ${reason}`
      this.#misfits += 1
      return bytes
    }
  }

  /** Text where the schema takes such text; else the JSON that it is, if it is JSON of any other kind. */
  #encodeTyped(bytes: Uint8Array): Uint8Array {
    try {
      return this.#encodeAs('text', bytes)
    } catch (error) {
      if (!(error instanceof DatumFault) || !isOtherJson(textOf(bytes))) throw error
      return this.#encodeAs('json', bytes)
    }
  }

  #encodeAs(form: 'text' | 'json', bytes: Uint8Array): Uint8Array {
    const json = form === 'json' ? bytes : JSON.stringify(textOf(bytes))
    return this.#codec.encodeJson(json, WIRE_PREFIX_SIZE)
  }

  note(): readonly string[] {
    if (this.#misfits === 0) return []
    const { deadLetterTopic } = this.#setting ?? {}
    const what = `${counted(this.#misfits, 'line')} did not fit ${this.#writer.name}`
    const where =
      deadLetterTopic === undefined ? 'sent as it is' : `a dead letter in ${deadLetterTopic}`
    return [`${what}, each ${where}. The first: ${this.#first}`]
  }

  #misfit(reason: string, lineNumber: number): CommandFailure {
    const { name } = this.#writer
    return new CommandFailure(EXIT.failure, {
      message: `Line ${lineNumber} does not fit ${name}: ${reason}`,
      next: `To see it: millrace schema get ${name}`,
    })
  }
}

function isOtherJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) !== 'string'
  } catch {
    return false
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
