import type { Operation } from '@millrace/testing/history'
import { expectSoundHistory } from '@millrace/testing/history-checker'

/** What all clients of a store were told, over its lives; its moments are numbered. */
export class Notes {
  readonly #history: Operation[] = []
  #moment = 0
  #values = 0

  moment(): number {
    return this.#moment++
  }

  /** A value that was never sent before. */
  nextValue(): string {
    return `value-${this.#values++}`
  }

  add(operation: Operation): void {
    this.#history.push(operation)
  }

  restart(): void {
    this.add({ kind: 'restart', at: this.moment() })
  }

  get acknowledgedRecords(): number {
    let count = 0
    for (const operation of this.#history) {
      if (operation.kind !== 'send' || operation.answer !== 'acknowledged') continue
      count += operation.records.length
    }
    return count
  }

  /** Throws when what they were told is not right. */
  expectSound(): void {
    expectSoundHistory(this.#history)
  }
}
