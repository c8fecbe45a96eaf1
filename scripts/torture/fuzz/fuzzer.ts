import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import { Coverage } from './coverage.ts'
import { FuzzFinding, type FuzzTarget } from './fuzz-target.ts'
import { Mutator } from './mutator.ts'

/**
 * Gives a target inputs, and keeps those that reach what no other did, to make further ones from. Looking at the
 * coverage takes longer than running, so it is looked at after a batch of inputs; when there is something new in it,
 * each of them is run again alone. Kept for all blocks of a process: each goes on where the last one ended.
 */
export class Fuzzer {
  readonly #target: FuzzTarget
  readonly #coverage: Coverage
  readonly #corpus: Buffer[]
  #memoryBytes: number | undefined

  constructor(target: FuzzTarget) {
    this.#target = target
    this.#coverage = new Coverage(target.modules)
    this.#corpus = [...target.seeds()]
  }

  /** So many executions from this seed. Throws FuzzFinding. Answers how many inputs were worth keeping. */
  async run(seed: number, executions: number, directory: string): Promise<number> {
    const random = seededRandom(seed)
    const mutator = new Mutator(random, this.#target.tokens)
    const kept = this.#corpus.length
    if (this.#coverage.characters === 0) {
      const large = this.#target.large?.() ?? []
      await this.#runBatch([...this.#corpus, ...large], directory)
    }
    for (let done = 0; done < executions; done += BATCH) {
      const inputs = Array.from({ length: BATCH }, () => this.#makeInput(mutator, random))
      if (await this.#runBatch(inputs, directory)) await this.#keepNew(inputs, directory)
      // What was used gives its memory back only in a turn of its own.
      await nextTurn()
    }
    await this.#expectMemory()
    return this.#corpus.length - kept
  }

  #makeInput(mutator: Mutator, random: SeededRandom): Buffer {
    const input = mutator.mutate(this.#pick(random), this.#pick(random))
    if (random.chance(70)) this.#target.mend?.(input)
    return input
  }

  /** The newest more often: what they reach is the least explored. */
  #pick(random: SeededRandom): Buffer {
    const count = this.#corpus.length
    const from = random.chance(30) ? Math.max(0, count - 20) : 0
    return this.#corpus[from + random.below(count - from)] ?? Buffer.alloc(0)
  }

  /** Answers whether any of them reached something new. */
  async #runBatch(inputs: readonly Buffer[], directory: string): Promise<boolean> {
    let before = performance.now()
    for (const input of inputs) {
      await this.#runOne(input, directory)
      const now = performance.now()
      if (now - before > slowMs(input, this.#target.msMax))
        await this.#expectQuick(input, directory)
      before = performance.now()
    }
    return this.#coverage.takeNew()
  }

  /** What is new has been seen by now: it is new again for a record of coverage that has not. */
  async #keepNew(inputs: readonly Buffer[], directory: string): Promise<void> {
    const alone = (this.#alone ??= new Coverage(this.#target.modules))
    if (alone.characters === 0) {
      for (const input of this.#corpus) await this.#runOne(input, directory)
      alone.takeNew()
    }
    for (const input of inputs) {
      await this.#runOne(input, directory)
      if (alone.takeNew() && input.length < KEPT_LENGTH_MAX) this.#corpus.push(Buffer.from(input))
    }
    this.#coverage.takeNew()
  }

  #alone: Coverage | undefined

  async #runOne(input: Buffer, directory: string): Promise<void> {
    try {
      const running = this.#target.run(input, directory)
      if (running !== undefined) await running
    } catch (error) {
      throw new FuzzFinding('An input was answered with what nobody expects.', input, error)
    }
  }

  /** Alone, and the quickest of some: the first time may have been a pause of the machine. */
  async #expectQuick(input: Buffer, directory: string): Promise<void> {
    const limitMs = slowMs(input, this.#target.msMax)
    let quickest = Infinity
    for (let turn = 0; turn < 4; turn++) {
      const { system, user } = process.cpuUsage()
      await this.#runOne(input, directory)
      const used = process.cpuUsage({ system, user })
      quickest = Math.min(quickest, (used.user + used.system) / 1_000)
      if (quickest <= limitMs || quickest > 2 * limitMs) break
    }
    if (quickest > limitMs) {
      throw new FuzzFinding(`An input takes ${quickest} ms of the processor.`, input)
    }
  }

  async #expectMemory(): Promise<void> {
    collectGarbage()
    await nextTurn()
    collectGarbage()
    const { arrayBuffers, external, heapUsed } = process.memoryUsage()
    const bytes = arrayBuffers + external + heapUsed
    this.#memoryBytes ??= bytes
    const growth = bytes - this.#memoryBytes
    if (growth > GROWTH_MAX) throw new Error(`${growth} bytes of memory are not given back.`)
  }
}

const BATCH = 500
const SLOW_MS_A_PIECE = 50
const PIECE_BYTES = 64 * 1024
const KEPT_LENGTH_MAX = 8_192
const GROWTH_MAX = 128 * 1024 * 1024

/** What takes longer for each piece the longer the whole is takes too long. */
function slowMs({ length }: Buffer, msMax = SLOW_MS_A_PIECE): number {
  return msMax * Math.max(1, Math.ceil(length / PIECE_BYTES))
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
