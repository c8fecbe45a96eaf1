import { cp, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { SeededRandom } from '@millrace/testing/seeded-random'

/** The folder of LMDB between two lives: it may be there as it was, as it was earlier, cut, or not at all. */
export class IndexFate {
  readonly #index: string
  readonly #kept: string
  readonly #random: SeededRandom
  #hasKept = false

  constructor(directory: string, random: SeededRandom) {
    this.#index = join(directory, 'index')
    this.#kept = join(directory, 'index-of-earlier')
    this.#random = random
  }

  async strike(): Promise<void> {
    const choice = this.#random.below(10)
    if (choice < 2) await this.#remove()
    else if (choice < 4 && this.#hasKept) await this.#goBack()
    else if (choice < 5) await truncate(join(this.#index, 'data.mdb'), 0).catch(ignoreAbsent)
    else if (choice < 8) await this.#keep()
  }

  async #keep(): Promise<void> {
    await rm(this.#kept, { recursive: true, force: true })
    await cp(this.#index, this.#kept, { recursive: true }).catch(ignoreAbsent)
    this.#hasKept = true
  }

  async #goBack(): Promise<void> {
    await this.#remove()
    await cp(this.#kept, this.#index, { recursive: true }).catch(ignoreAbsent)
  }

  async #remove(): Promise<void> {
    await rm(this.#index, { recursive: true, force: true })
  }
}

/** A life may end before there is an index. */
function ignoreAbsent(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
  throw error
}
