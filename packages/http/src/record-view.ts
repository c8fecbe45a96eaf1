import type { Broker, SchemaChoice } from '@millrace/model/broker'
import type { RecordFormat, RecordView } from './record-json-writer.ts'

/** How the records of one topic are shown; schemas matter to `json` alone. UNKNOWN_SCHEMA. */
export function viewOf(
  broker: Pick<Broker, 'datumReaders'>,
  topic: string,
  format: RecordFormat,
  choice: SchemaChoice = {},
): RecordView {
  return format === 'json' ? { format, readers: broker.datumReaders(topic, choice) } : { format }
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
