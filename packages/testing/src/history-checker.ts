import type { Anomaly } from './anomaly.ts'
import { findCommitAnomalies } from './commit-anomalies.ts'
import type { Operation } from './history.ts'
import { findPlaceAnomalies } from './place-anomalies.ts'
import { findPollAnomalies } from './poll-anomalies.ts'
import { findSurvivalAnomalies } from './survival-anomalies.ts'

/**
 * Everything that is wrong with what clients were told; none: nothing is. What was acknowledged is sought in the last
 * `contents` of its log: a history should end with one of each log that something was sent to (or a trim to Infinity).
 */
export function checkHistory(history: readonly Operation[]): readonly Anomaly[] {
  return [
    ...findPlaceAnomalies(history),
    ...findSurvivalAnomalies(history),
    ...findPollAnomalies(history),
    ...findCommitAnomalies(history),
  ]
}

/** Throws when anything is wrong, with the first of what there is. */
export function expectSoundHistory(history: readonly Operation[]): void {
  const anomalies = checkHistory(history)
  if (anomalies.length === 0) return
  const lines = anomalies.slice(0, TOLD_MAX).map(({ kind, about }) => `${kind}: ${about}`)
  throw new Error(`The history has ${anomalies.length} anomalies.\n${lines.join('\n')}`)
}

const TOLD_MAX = 10
