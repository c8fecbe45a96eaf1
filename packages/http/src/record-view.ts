import type { Broker, SchemaChoice } from '@millrace/model/broker'
import { expectAbsent } from './expect-absent.ts'
import type { RecordFormat, RecordView } from './record-json-writer.ts'

/** How the records of one topic are shown; schemas are for `json` alone. UNKNOWN_SCHEMA, INVALID_REQUEST. */
export function viewOf(
  broker: Pick<Broker, 'datumReaders'>,
  topic: string,
  format: RecordFormat,
  choice: SchemaChoice = {},
): RecordView {
  if (format === 'json') return { format, readers: broker.datumReaders(topic, choice) }
  expectAbsent(
    { schema: choice.valueSchema, keySchema: choice.keySchema },
    ['schema', 'keySchema'],
    `is for format=json; with ${format} bytes are shown as they are.`,
  )
  return { format }
}

/** Views of the topics of one answer. */
export class RecordViews {
  readonly #broker: Pick<Broker, 'datumReaders'>
  readonly #format: RecordFormat
  readonly #views = new Map<string, RecordView>()

  constructor(broker: Pick<Broker, 'datumReaders'>, format: RecordFormat) {
    this.#broker = broker
    this.#format = format
  }

  of(topic: string): RecordView {
    const known = this.#views.get(topic)
    if (known !== undefined) return known
    const view = viewOf(this.#broker, topic, this.#format)
    this.#views.set(topic, view)
    return view
  }
}
