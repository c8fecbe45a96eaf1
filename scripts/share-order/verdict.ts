import type { Delivery } from './history.ts'
import type { SshLine } from './ssh-log.ts'

export interface Verdict {
  /** By the number of its line: the delivery that counted. */
  readonly handled: ReadonlyMap<number, Delivery>
  /** Nobody has handled them. */
  readonly missing: readonly number[]
  /** Lines that were handled before an earlier one of their session was. */
  readonly overtaking: readonly number[]
  /** Deliveries that began before every earlier line of the session was settled, or handled in the same call. */
  readonly begunEarly: readonly Delivery[]
  /**
   * Deliveries that began when the line had been handled already: by a worker that had stood still, and had not seen
   * yet that its lock was over. They count for nothing.
   */
  readonly begunLate: readonly Delivery[]
}

/**
 * Whether the lines of each session were handled in the order of the log.
 *
 * A line is handed out until an acceptance of it has counted, and not again. So the one that counted is the last to
 * have begun, of those that ended well and with their lock.
 */
export function judge(lines: readonly SshLine[], deliveries: readonly Delivery[]): Verdict {
  const byLine = Map.groupBy(deliveries, ({ line }) => line)
  const handled = new Map<number, Delivery>()
  for (const [line, all] of byLine) {
    const last = all.filter(isDone).reduce<Delivery | undefined>(laterOf, undefined)
    if (last !== undefined) handled.set(line, last)
  }
  const overtaking: number[] = []
  const begunEarly: Delivery[] = []
  for (const session of Map.groupBy(lines, ({ session }) => session).values()) {
    const numbers = session.map(({ number }) => number)
    for (const [index, number] of numbers.entries()) {
      const earlier = numbers.slice(0, index)
      const endedMs = handled.get(number)?.endedMs ?? Infinity
      if (earlier.some((one) => endOf(handled.get(one)) > endedMs)) overtaking.push(number)
      for (const delivery of byLine.get(number) ?? []) {
        const isBefore = (one: number) => isSettledFor(delivery, handled.get(one), byLine.get(one))
        if (!earlier.every(isBefore)) begunEarly.push(delivery)
      }
    }
  }
  return {
    handled,
    missing: lines.map(({ number }) => number).filter((number) => !handled.has(number)),
    overtaking,
    begunEarly,
    begunLate: deliveries.filter((each) => each.beganMs > endOf(handled.get(each.line))),
  }
}

/** For everybody, or by the same worker: then they came in one call, one behind the other. */
function isSettledFor(
  { consumer, beganMs }: Delivery,
  handled: Delivery | undefined,
  earlier: readonly Delivery[] = [],
): boolean {
  if (endOf(handled) <= beganMs) return true
  return earlier.some((each) => {
    return each.consumer === consumer && each.outcome === 'done' && endOf(each) <= beganMs
  })
}

function isDone({ outcome, isLost }: Delivery): boolean {
  return outcome === 'done' && !isLost
}

function laterOf(one: Delivery | undefined, other: Delivery): Delivery {
  return one === undefined || other.beganMs > one.beganMs ? other : one
}

function endOf(delivery: Delivery | undefined): number {
  return delivery?.endedMs ?? Infinity
}
