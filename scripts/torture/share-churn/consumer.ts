import type { Acknowledgement } from '@millrace/model/share-group'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { Said } from './call.ts'
import type { Delivery } from './shared-record.ts'

/** One process that consumes, and what it believes that it has. */
export class Consumer {
  readonly name: string
  held: Delivery[] = []
  /** Its acquire waits for records. */
  isWaiting = false

  constructor(name: string) {
    this.name = name
  }

  /** What it says of some of its records, nearly always the oldest first. */
  say(random: SeededRandom, how: { readonly reasonLength: number }): readonly Said[] {
    const count = Math.min(this.held.length, random.pick([1, 2, 5, 50]))
    const some = random.chance(80) ? this.held.slice(0, count) : this.held.slice(-count)
    const said = some.map((delivery) => sayOf(delivery, random, how))
    const isDone = ({ delivery, acknowledgement }: Said) => {
      return acknowledgement.type === 'renew' ? [] : [delivery]
    }
    const done = new Set(said.flatMap(isDone))
    this.held = this.held.filter((delivery) => !done.has(delivery))
    return said
  }
}

/** Something by chance; most are accepted. */
export function sayOf(
  delivery: Delivery,
  random: SeededRandom,
  { reasonLength }: { readonly reasonLength: number },
): Said {
  return { delivery, acknowledgement: acknowledgementOf(delivery.receipt, random, reasonLength) }
}

function acknowledgementOf(
  receipt: string,
  random: SeededRandom,
  reasonLength: number,
): Acknowledgement {
  const choice = random.below(100)
  const reason = 'It did not work. '.repeat(random.below(reasonLength) + 1)
  if (choice < 58) return { receipt, type: 'accept' }
  if (choice < 68) return { receipt, type: 'renew' }
  if (choice < 76) return { receipt, type: 'reject', reason }
  if (choice < 80) return { receipt, type: 'return' }
  const delayMs = random.pick([undefined, undefined, 0, 300, 2_000])
  return { receipt, type: 'release', reason, ...(delayMs !== undefined && { delayMs }) }
}
