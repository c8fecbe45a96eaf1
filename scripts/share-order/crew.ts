import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import { machineMs, type WorkerEvent } from './event.ts'
import { History } from './history.ts'
import type { Plan } from './plan.ts'
import { WorkerProcess } from './worker-process.ts'

/** A worker, from its start to its end. */
export interface WorkerLife {
  /** Whose place among the workers it has, from 0. */
  readonly place: number
  readonly consumer: string
  readonly startedMs: number
  readonly endedMs: number
  readonly isKilled: boolean
}

/** As many workers as planned. One that was killed is replaced at once. */
export class Crew {
  readonly history = new History()
  readonly #part: { readonly url: string; readonly group: string }
  readonly #plan: Plan
  readonly #random: SeededRandom
  readonly #places: Promise<void>[]
  readonly #failure = Promise.withResolvers<never>()
  readonly #lives: WorkerLife[] = []
  readonly #working = new Set<WorkerProcess>()
  #isStopping = false

  constructor(url: string, group: string, plan: Plan) {
    this.#part = { url, group }
    this.#plan = plan
    this.#random = seededRandom(plan.seed)
    this.#places = Array.from({ length: plan.workers }, async (_, place) => this.#fill(place))
    for (const place of this.#places) place.catch((error) => this.#failure.reject(error))
    this.#failure.promise.catch(() => undefined)
  }

  /** Rejects when a worker has ended by itself; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise
  }

  /** In the order in which they ended. All of them, once it has stopped. */
  get lives(): readonly WorkerLife[] {
    return this.#lives
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all([...this.#working].map((worker) => worker.stop()))
    await Promise.all(this.#places)
  }

  /** Whatever state they are in. */
  kill(): void {
    this.#isStopping = true
    for (const worker of this.#working) worker.kill()
  }

  async #fill(place: number): Promise<void> {
    for (let life = 1; !this.#isStopping; life++) {
      const consumer = `worker-${place + 1}.${life}`
      const [least, limit] = this.#plan.killAfter
      let leftToBegin = least + this.#random.below(limit - least)
      const startedMs = machineMs()
      const { concurrency, seed, stallMs } = this.#plan
      const part = { ...this.#part, consumer, concurrency, seed, stallMs }
      const worker = new WorkerProcess(part, (event: WorkerEvent) => {
        this.history.note(consumer, event)
        // In the midst of it: the handler has begun.
        if (event.kind === 'begin' && --leftToBegin === 0 && !this.#isStopping) worker.kill()
      })
      this.#working.add(worker)
      await worker.ended
      this.#working.delete(worker)
      const { isKilled } = worker
      this.#lives.push({ place, consumer, startedMs, endedMs: machineMs(), isKilled })
    }
  }
}
