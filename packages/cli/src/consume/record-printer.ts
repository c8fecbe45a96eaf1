import type { ConsumedRecord } from '@millrace/client'
import { ByteBuilder } from '@millrace/http/byte-builder'
import { writeRecord } from '@millrace/http/record-json-writer'
import type { Offset } from '@millrace/model/offset'
import type { Output } from '../output.ts'
import { counted } from '../quantity.ts'

/** Prints records as they come: many at a time while there are many, each at once when they are few. */
export class RecordPrinter {
  readonly #output: Output
  readonly #builder = new ByteBuilder()
  #printed = 0
  /** Records without a value, of which there was nothing to print. */
  #tombstones = 0
  #isFlushDue = false
  /** One write after the other. */
  #written: Promise<void> = Promise.resolve()

  constructor(output: Output) {
    this.#output = output
  }

  get printed(): number {
    return this.#printed
  }

  /** Resolves when there is room for more. */
  async print(record: ConsumedRecord): Promise<void> {
    this.#append(record)
    this.#printed += 1
    if (this.#builder.length > WRITE_BYTES) await this.#flush()
    else this.#flushSoon()
  }

  /** Resolves when it is written. */
  async printAtOnce(record: ConsumedRecord): Promise<void> {
    this.#append(record)
    this.#printed += 1
    await this.#output.written(this.#builder.take())
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

  #append(record: ConsumedRecord): void {
    const { format } = this.#output
    if (format === 'table') {
      if (record.value === null) {
        this.#tombstones += 1
        return
      }
      this.#builder.writeBytes(record.value)
      this.#builder.writeText('\n')
      return
    }
    if (format === 'json') this.#builder.writeText(this.#printed === 0 ? '[\n  ' : ',\n  ')
    const { partition, offset } = record
    writeRecord(
      this.#builder,
      partition,
      { ...record, offset: offset as Offset },
      { format: 'json' },
    )
    if (format === 'jsonl') this.#builder.writeText('\n')
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
