import { readFile, writeFile } from 'node:fs/promises'
import type { Delivery } from './history.ts'
import type { Plan } from './plan.ts'
import type { SshLine } from './ssh-log.ts'
import type { Ordering, Trial } from './trial.ts'

/** Both trials, as they are kept in `docs/share-order.json`. */
export interface Results {
  readonly log: string
  readonly lines: number
  readonly sessions: number
  readonly plan: Plan
  readonly command: string
  readonly commit: string
  readonly date: string
  readonly machine: string
  readonly trials: readonly TrialResult[]
}

export interface TrialResult {
  readonly ordering: Ordering
  readonly figures: TrialFigures
  /** The longest sessions, in the order of the log. */
  readonly sessions: readonly SessionResult[]
  readonly places: readonly PlaceResult[]
}

export interface TrialFigures {
  readonly seconds: number
  readonly linesHandled: number
  readonly linesLost: number
  /** Begun by a handler. */
  readonly deliveries: number
  readonly failures: number
  readonly stalls: number
  readonly kills: number
  /** Lines in the hands of a worker that was killed. */
  readonly killedDeliveries: number
  /** That ended one way or the other after their lock had run out. */
  readonly expiredDeliveries: number
  /** At least one of its lines was handled before an earlier one. */
  readonly sessionsOutOfOrder: number
  /** They were handled before an earlier line of their session. */
  readonly linesOutOfOrder: number
  /** Before all earlier lines of the session were settled, or handled in the same call. */
  readonly begunEarly: number
  readonly begunLate: number
}

/** Numbers in a row, with spaces: a line in the file. */
export interface SessionResult {
  readonly session: string
  /** Which line of the session was handled first, which second, and so on; they count from 1. */
  readonly handled: string
  /** How often each line of the session was begun, in the order of the log. */
  readonly begun: string
}

/** One worker after the other. In milliseconds since the beginning. */
export interface PlaceResult {
  readonly kills: string
  readonly failures: string
  readonly stalls: string
}

const RESULTS = new URL('../../docs/share-order.json', import.meta.url)

export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(RESULTS, 'utf8')) as Results
}

export async function writeResults(results: Results): Promise<void> {
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`)
}

export function resultOf(trial: Trial, lines: readonly SshLine[]): TrialResult {
  return {
    ordering: trial.ordering,
    figures: figuresOf(trial, lines),
    sessions: longestSessions(lines).map((session) => sessionResult(trial, session)),
    places: placeResults(trial),
  }
}

function figuresOf(trial: Trial, lines: readonly SshLine[]): TrialFigures {
  const { deliveries, verdict } = trial
  const { handled, missing, overtaking } = verdict
  const sessionOf = new Map(lines.map(({ number, session }) => [number, session]))
  const count = (test: (delivery: Delivery) => boolean) => deliveries.filter(test).length
  return {
    seconds: Math.round((trial.endedMs - trial.startedMs) / 100) / 10,
    linesHandled: handled.size,
    linesLost: missing.length,
    deliveries: deliveries.length,
    failures: count(({ outcome }) => outcome === 'failed'),
    stalls: count(({ stalledAtMs }) => stalledAtMs !== undefined),
    kills: trial.lives.filter(({ isKilled }) => isKilled).length,
    killedDeliveries: count(({ outcome }) => outcome === 'killed'),
    expiredDeliveries: count(({ isLost, outcome }) => isLost || outcome === 'stopped'),
    sessionsOutOfOrder: new Set(overtaking.map((number) => sessionOf.get(number))).size,
    linesOutOfOrder: overtaking.length,
    begunEarly: verdict.begunEarly.length,
    begunLate: verdict.begunLate.length,
  }
}

/** By the log alone: what is drawn is not chosen by how it turned out. */
function longestSessions(lines: readonly SshLine[]): readonly (readonly SshLine[])[] {
  return [...Map.groupBy(lines, ({ session }) => session).values()]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, SESSIONS_DRAWN)
}

function sessionResult({ deliveries, verdict }: Trial, lines: readonly SshLine[]): SessionResult {
  const endOf = (index: number) => {
    return verdict.handled.get(lines[index]?.number ?? 0)?.endedMs ?? Infinity
  }
  const inOrder = [...lines.keys()].toSorted((one, other) => endOf(one) - endOf(other))
  const begun = lines.map(({ number }) => deliveries.filter(({ line }) => line === number).length)
  return {
    session: lines[0]?.session ?? '',
    handled: inOrder.map((index) => index + 1).join(' '),
    begun: begun.join(' '),
  }
}

function placeResults({ deliveries, lives, startedMs }: Trial): readonly PlaceResult[] {
  const since = (times: readonly number[]) => {
    return times.map((atMs) => Math.round(atMs - startedMs)).join(' ')
  }
  const byPlace = Map.groupBy(lives, ({ place }) => place)
  return [...byPlace.keys()]
    .toSorted((one, other) => one - other)
    .map((place) => {
      const own = byPlace.get(place) ?? []
      const consumers = new Set(own.map(({ consumer }) => consumer))
      const its = deliveries.filter(({ consumer }) => consumers.has(consumer))
      return {
        kills: since(own.filter(({ isKilled }) => isKilled).map(({ endedMs }) => endedMs)),
        failures: since(
          its.flatMap((each) => (each.outcome === 'failed' ? (each.endedMs ?? []) : [])),
        ),
        stalls: since(its.flatMap(({ stalledAtMs }) => stalledAtMs ?? [])),
      }
    })
}

const SESSIONS_DRAWN = 32
