import assert from 'node:assert/strict'

/**
 * Which lines are on disk. Lines of several partitions are acknowledged in any order, so there is a line up to which
 * all are, and perhaps some beyond it.
 */
export class Acknowledgements {
  /** Every line up to this one is acknowledged, from 1. */
  #through: number
  readonly #beyond = new Set<number>()
  #count = 0
  #bytes = 0

  constructor(firstLine: number) {
    this.#through = firstLine - 1
  }

  add(line: number, bytes: number): void {
    assert(line > this.#through)
    this.#count += 1
    this.#bytes += bytes
    this.#beyond.add(line)
    while (this.#beyond.delete(this.#through + 1)) this.#through += 1
  }

  get through(): number {
    return this.#through
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Of the lines after `through`, how many are acknowledged all the same. */
  get beyond(): number {
    return this.#beyond.size
  }
}
