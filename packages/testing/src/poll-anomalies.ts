import type { Anomaly } from './anomaly.ts'
import type { Contents, Operation, Poll } from './history.ts'

/** Whether every reader was given each offset after the one before: none skipped, none again. */
export function findPollAnomalies(history: readonly Operation[]): readonly Anomaly[] {
  const nextOf = new Map<string, number>()
  return history
    .filter((operation) => operation.kind === 'poll' || operation.kind === 'contents')
    .sort((one, other) => one.began - other.began)
    .flatMap((operation) => {
      if (operation.kind === 'contents') return walk(operation, operation.logStartOffset).anomalies
      const place = `${operation.reader} ${operation.log}`
      const { anomalies, next } = walk(operation, operation.from ?? nextOf.get(place))
      if (next !== undefined) nextOf.set(place, next)
      return anomalies
    })
}

/** `from` undefined: a reader that begins anywhere. */
function walk(
  operation: Poll | Contents,
  from: number | undefined,
): { readonly anomalies: readonly Anomaly[]; readonly next: number | undefined } {
  const anomalies: Anomaly[] = []
  const who = operation.kind === 'poll' ? operation.reader : 'a look at all'
  let next = from
  for (const { offset } of operation.records) {
    if (next !== undefined && offset !== next) {
      const kind = offset > next ? 'poll-skip' : 'nonmonotonic-poll'
      const about = `${who} was given ${operation.log} ${offset} where ${next} comes next`
      anomalies.push({ kind, about })
    }
    next = offset + 1
  }
  return { anomalies, next }
}
