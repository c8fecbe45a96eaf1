import type { ShareGroupInput } from '@millrace/model/share-group'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { Terms } from './shared-record.ts'

export const TOPIC = 't'
export const DEAD_LETTERS = 't.dead'

type Settings = Required<Omit<ShareGroupInput, 'start'>>

/** What a group may be like, by chance. */
export function randomSettings(random: SeededRandom): Settings {
  const ordering = random.chance(85) ? 'key' : 'none'
  const policy = random.chance(60) && ordering === 'key' ? 'park-key' : 'skip'
  const deadLetter = random.chance(75) ? ({ topic: DEAD_LETTERS, policy } as const) : null
  return { topics: [TOPIC], ordering, deadLetter, ...randomTerms(random) }
}

function randomTerms(random: SeededRandom) {
  return {
    acquisitionLockMs: random.pick([500, 1_500, 4_000]),
    maxDeliveryCount: 1 + random.below(4),
    retryDelaysMs: random.pick<readonly number[]>([[], [200], [100, 1_000]]),
  }
}

/** The settings that the group has; several while a change is not answered. */
export class GroupTerms implements Terms {
  readonly isOrdered: boolean
  readonly hasDeadLetters: boolean
  readonly parks: boolean
  #possible: readonly Settings[]
  #deliveriesMinEver: number
  /** Counts up with every change of what locks go by: another PUT, another process. */
  changes = 0

  constructor(settings: Settings) {
    this.isOrdered = settings.ordering === 'key'
    this.hasDeadLetters = settings.deadLetter !== null
    this.parks = settings.deadLetter?.policy === 'park-key'
    this.#possible = [settings]
    this.#deliveriesMinEver = settings.maxDeliveryCount
  }

  get current(): Settings {
    const [first] = this.#possible
    if (first === undefined) throw new Error('A group has settings.')
    return first
  }

  get deliveriesMinEver(): number {
    return this.#deliveriesMinEver
  }

  get deliveriesMax(): number {
    return Math.max(...this.#possible.map(({ maxDeliveryCount }) => maxDeliveryCount))
  }

  get lockMinMs(): number {
    return Math.min(...this.#possible.map(({ acquisitionLockMs }) => acquisitionLockMs))
  }

  /** At least so long does a record wait that failed so often. */
  retryDelayMs(failures: number): number {
    const delays = this.#possible.map(({ retryDelaysMs }) => {
      return retryDelaysMs[Math.min(failures, retryDelaysMs.length) - 1] ?? 0
    })
    return Math.min(...delays)
  }

  another(random: SeededRandom): Settings {
    return { ...this.current, ...randomTerms(random) }
  }

  sent(settings: Settings): void {
    this.changes++
    this.#possible = [...this.#possible, settings]
    const { maxDeliveryCount } = settings
    this.#deliveriesMinEver = Math.min(this.#deliveriesMinEver, maxDeliveryCount)
  }

  /** As the group says itself. */
  are(settings: Settings): void {
    this.changes++
    this.#possible = [settings]
  }
}
