import type { WorkerEvent } from './event.ts'

/** A line in the hands of a worker, from the begin of its handler on. */
export interface Delivery {
  readonly line: number
  readonly consumer: string
  readonly deliveryCount: number
  readonly beganMs: number
  /** Undefined: its worker was killed first. */
  readonly endedMs: number | undefined
  readonly outcome: 'done' | 'failed' | 'stopped' | 'killed'
  /** Its lock had run out: nothing that was said of it counted. */
  readonly isLost: boolean
  readonly stalledAtMs: number | undefined
}

/** What the workers said, put together. */
export class History {
  readonly #deliveries: Open[] = []

  note(consumer: string, { kind, line, deliveryCount, atMs }: WorkerEvent): void {
    if (kind === 'begin') {
      const nothingYet = { endedMs: undefined, outcome: 'killed', stalledAtMs: undefined } as const
      const delivery = { line, consumer, deliveryCount, beganMs: atMs, isLost: false }
      this.#deliveries.push({ ...delivery, ...nothingYet })
      return
    }
    const delivery = this.#deliveries.findLast((each) => {
      const isOfLine = each.line === line && each.deliveryCount === deliveryCount
      return isOfLine && each.consumer === consumer
    })
    if (delivery === undefined) throw new Error(`${consumer} did not begin line ${line}.`)
    if (kind === 'lost') delivery.isLost = true
    else if (kind === 'stall') delivery.stalledAtMs = atMs
    else {
      delivery.endedMs = atMs
      delivery.outcome = OUTCOMES[kind]
    }
  }

  /** In the order in which they began. */
  deliveries(): readonly Delivery[] {
    return this.#deliveries.toSorted((one, other) => one.beganMs - other.beganMs)
  }
}

type Open = { -readonly [Name in keyof Delivery]: Delivery[Name] }

const OUTCOMES = { end: 'done', fail: 'failed', stop: 'stopped' } as const
