import type { ConsumedRecord } from '@millrace/client'
import { ByteBuilder } from '@millrace/http/byte-builder'
import { writeRecord } from '@millrace/http/record-json-writer'
import type { Offset } from '@millrace/model/offset'
import type { DatumReader, UnresolvableDatum } from '@millrace/model/schema-setting'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Output } from '../output.ts'
import { counted } from '../quantity.ts'
import type { DatumView, DatumViews } from './datum-views.ts'

/** Prints records as they come: many at a time while there are many, each at once when they are few. */
export class RecordPrinter {
  readonly #output: Output
  readonly #views: DatumViews
  readonly #builder = new ByteBuilder()
  #printed = 0
  /** Records without a value, of which there was nothing to print. */
  #tombstones = 0
  /** Records that the schema that was asked for cannot read. */
  #unresolvable = 0
  #isFlushDue = false
  /** One write after the other. */
  #written: Promise<void> = Promise.resolve()

  constructor(output: Output, views: DatumViews) {
    this.#output = output
    this.#views = views
  }

  get printed(): number {
    return this.#printed
  }

  /** Resolves when there is room for more. One that the schema that was asked for cannot read is told of. */
  async print(record: ConsumedRecord): Promise<void> {
    if (!this.#views.isReady(record)) await this.#views.prepare(record)
    const error = this.#append(record)
    if (error !== undefined) {
      this.#unresolvable += 1
      if (this.#output.format === 'table') this.#output.note(placed(record, error))
    }
    this.#printed += 1
    if (this.#builder.length > WRITE_BYTES) await this.#flush()
    else this.#flushSoon()
  }

  /**
   * Resolves when it is written: then it counts as processed. So one that the schema that was asked for cannot read is
   * a failure, and nothing is written of it.
   */
  async printAtOnce(record: ConsumedRecord): Promise<void> {
    if (!this.#views.isReady(record)) await this.#views.prepare(record)
    const error = this.#append(record)
    const bytes = this.#builder.take()
    if (error !== undefined) throw notShown(record, error)
    this.#printed += 1
    await this.#output.written(bytes)
  }

  async end(): Promise<void> {
    if (this.#output.format === 'json') {
      this.#builder.writeText(this.#printed === 0 ? '[]\n' : '\n]\n')
    }
    await this.#flush()
    if (this.#tombstones > 0) {
      this.#output.note(
        `${counted(this.#tombstones, 'record')} had no value and left no line; -o jsonl shows them.`,
      )
    }
  }

  /** Once all is printed: a record that could not be read is a failure, though the rest went on. */
  expectAllRead(): void {
    if (this.#unresolvable === 0) return
    const { format } = this.#output
    throw new CommandFailure(EXIT.failure, {
      message: `${counted(this.#unresolvable, 'record')} could not be read with the schema that was asked for.`,
      next:
        format === 'table'
          ? 'Each was told of in its place; without --schema and --key-schema each is read by its own.'
          : 'Each has its error; without --schema and --key-schema each is read by its own.',
    })
  }

  /** Answers with why the schema that was asked for cannot read it. */
  #append(record: ConsumedRecord): UnresolvableDatum | undefined {
    const { format } = this.#output
    const view = this.#views.of(record.topic)
    if (format === 'table') return this.#appendValue(record, view)
    if (format === 'json') this.#builder.writeText(this.#printed === 0 ? '[\n  ' : ',\n  ')
    const { partition, offset } = record
    let error: UnresolvableDatum | undefined
    const noting = (reader: DatumReader): DatumReader => ({
      read: (bytes) => {
        const read = reader.read(bytes)
        if ('error' in read) ({ error } = read)
        return read
      },
    })
    const readers = view && {
      ...(view.key && { key: noting(view.key) }),
      ...(view.value && { value: noting(view.value) }),
    }
    writeRecord(
      this.#builder,
      partition,
      { ...record, offset: offset as Offset },
      { format: 'json', ...(readers && { readers }) },
    )
    if (format === 'jsonl') this.#builder.writeText('\n')
    return error
  }

  #appendValue({ value }: ConsumedRecord, view?: DatumView): UnresolvableDatum | undefined {
    if (value === null) {
      this.#tombstones += 1
      return undefined
    }
    const read = view?.value?.read(value)
    if (read !== undefined && 'error' in read) return read.error
    if (read?.json === undefined) this.#builder.writeBytes(value)
    else this.#builder.writeText(read.json)
    this.#builder.writeText('\n')
    return undefined
  }

  /** Records that have arrived are taken without a pause, so this comes when the next ones are waited for. */
  #flushSoon(): void {
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    setImmediate(() => {
      this.#isFlushDue = false
      void this.#flush()
    })
  }

  #flush(): Promise<void> {
    const bytes = this.#builder.take()
    this.#written = this.#written.then(() => this.#output.bytes(bytes))
    return this.#written
  }
}

const WRITE_BYTES = 64 * 1024

function placed({ topic, partition, offset }: ConsumedRecord, error: UnresolvableDatum): string {
  return `${topic}-${partition}, offset ${offset}, ${error.path}: ${error.detail}`
}

function notShown(record: ConsumedRecord, error: UnresolvableDatum): CommandFailure {
  const { topic, partition, offset } = record
  const see = `millrace consume ${topic} --partition ${partition} --offset ${offset} -n 1 -o jsonl`
  return new CommandFailure(EXIT.failure, {
    message: `Not shown, and so not processed: ${placed(record, error)}`,
    next: `Without --schema and --key-schema each is read by its own. To see this one: ${see}`,
  })
}
