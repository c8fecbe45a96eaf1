import type { Anomaly } from './anomaly.ts'
import type { Operation } from './history.ts'

/** Whether each place always held one value, each value had one place, and somebody had sent it there. */
export function findPlaceAnomalies(history: readonly Operation[]): readonly Anomaly[] {
  const anomalies: Anomaly[] = []
  const senders = sendersOf(history)
  const lifeAt = livesOf(history)
  const valueAt = new Map<string, { readonly value: string; readonly life: number }>()
  const placeOf = new Map<string, string>()
  for (const { log, offset, value, moment, isRead } of inOrder(sightingsOf(history))) {
    const place = `${log} ${offset}`
    if (isRead && !senders.has(`${log} ${value}`)) {
      anomalies.push({ kind: 'phantom', about: `${value} at ${place} was never sent there` })
    }
    const life = lifeAt(moment)
    const before = valueAt.get(place)
    if (before !== undefined && before.value !== value) {
      const kind = before.life === life ? 'inconsistent-offsets' : 'offset-reuse'
      anomalies.push({ kind, about: `${place} was ${before.value}, and then ${value}` })
    }
    valueAt.set(place, { value, life })
    const elsewhere = placeOf.get(value)
    if (elsewhere !== undefined && elsewhere !== place) {
      anomalies.push({ kind: 'duplicate', about: `${value} is at ${elsewhere} and at ${place}` })
    }
    placeOf.set(value, place)
  }
  return anomalies
}

/** Somebody was told that this value is at this place. */
interface Sighting {
  readonly log: string
  readonly offset: number
  readonly value: string
  readonly moment: number
  readonly isRead: boolean
}

function* sightingsOf(history: readonly Operation[]): Generator<Sighting> {
  for (const operation of history) {
    const { kind } = operation
    if (kind === 'send' && operation.answer === 'acknowledged') {
      for (const { log, offset, value } of operation.records) {
        if (offset === undefined) continue
        yield { log, offset, value, moment: operation.ended, isRead: false }
      }
    }
    if (kind === 'poll' || kind === 'contents') {
      const { log, ended: moment } = operation
      for (const { offset, value } of operation.records) {
        yield { log, offset, value, moment, isRead: true }
      }
    }
  }
}

function inOrder(sightings: Iterable<Sighting>): readonly Sighting[] {
  return [...sightings].sort((one, other) => one.moment - other.moment)
}

function sendersOf(history: readonly Operation[]): ReadonlySet<string> {
  const senders = new Set<string>()
  for (const operation of history) {
    if (operation.kind !== 'send') continue
    for (const { log, value } of operation.records) senders.add(`${log} ${value}`)
  }
  return senders
}

/** In which life of the store a moment is, counted from 0; asked in the order of time. */
function livesOf(history: readonly Operation[]): (moment: number) => number {
  const restarts = history.flatMap((each) => (each.kind === 'restart' ? [each.at] : []))
  restarts.sort((one, other) => one - other)
  let life = 0
  return (moment) => {
    while ((restarts[life] ?? Infinity) < moment) life++
    return life
  }
}
