import { once } from 'node:events'
import type { Writable } from 'node:stream'

export const OUTPUT_FORMATS = ['table', 'json', 'jsonl'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

/** A column of a table for people. Programs get the rows themselves. */
export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string
  readonly align?: 'right'
}

/** How a row of a stream is printed. */
export interface Rendering<Row> {
  /** With its line feed. */
  readonly asText: (row: Row) => string
  /** As JSON on one line, without a line feed. */
  readonly asJson: (row: Row) => string
}

/** Enough for few system calls, little enough to be seen as it comes. */
const WRITE_CHARACTERS = 64 * 1024

/** Data goes to standard output, everything else to standard error. */
export class Output {
  readonly format: OutputFormat
  readonly #data: Writable
  readonly #notes: Writable

  constructor(format: OutputFormat, data: Writable, notes: Writable) {
    this.format = format
    this.#data = data
    this.#notes = notes
  }

  /** A list: a table for people, the rows themselves as JSON or as a line of JSON each. */
  async list<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Promise<void> {
    if (this.format === 'json') return this.text(`${JSON.stringify(rows, null, 2)}\n`)
    if (this.format === 'jsonl') {
      return this.text(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    }
    const { renderTable } = await import('./table.ts')
    return this.text(renderTable(rows, columns))
  }

  /** One thing: sentences or tables for people, which `forPeople` makes, or JSON. */
  async one(thing: object, forPeople: () => string | Promise<string>): Promise<void> {
    if (this.format === 'json') return this.text(`${JSON.stringify(thing, null, 2)}\n`)
    if (this.format === 'jsonl') return this.text(`${JSON.stringify(thing)}\n`)
    return this.text(await forPeople())
  }

  /** A list too long to hold: as it comes, a line each, or one JSON array. */
  async stream<Row>(rows: AsyncIterable<Row>, rendering: Rendering<Row>): Promise<void> {
    const { asText, asJson } = rendering
    let count = 0
    let buffered = ''
    for await (const row of rows) {
      buffered +=
        this.format === 'table'
          ? asText(row)
          : this.format === 'jsonl'
            ? `${asJson(row)}\n`
            : `${count === 0 ? '[' : ','}\n  ${asJson(row)}`
      count += 1
      if (buffered.length > WRITE_CHARACTERS) {
        await this.text(buffered)
        buffered = ''
      }
    }
    if (this.format === 'json') buffered += count === 0 ? '[]\n' : '\n]\n'
    await this.text(buffered)
  }

  text(text: string): Promise<void> {
    return this.bytes(Buffer.from(text))
  }

  /** Resolves when there is room for more: what reads slowly is waited for. */
  async bytes(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0 && !this.#data.write(bytes)) await once(this.#data, 'drain')
  }

  /** Resolves when it is written. */
  async written(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#data.write(bytes, (error) => (error ? reject(error) : resolve()))
    await promise
  }

  /** Something to know that is not data. */
  note(text: string): void {
    this.#notes.write(`${text}\n`)
  }
}
