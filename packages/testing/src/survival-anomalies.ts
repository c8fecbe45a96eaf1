import type { Anomaly } from './anomaly.ts'
import type { Contents, Operation, Poll, Send, Trim } from './history.ts'
import { LastLooks } from './last-looks.ts'

/**
 * Whether what was acknowledged or read is there when somebody looks later, appends are whole, what was
 * refused was never seen, and what was trimmed stays away.
 */
export function findSurvivalAnomalies(history: readonly Operation[]): readonly Anomaly[] {
  const looks = new LastLooks(history)
  const answers = answersOf(history)
  const trims = trimsOf(history)
  return history.flatMap((operation) => {
    switch (operation.kind) {
      case 'send':
        return [...lostOf(operation, looks), ...halvesOf(operation, looks)]
      case 'poll':
        return dirtyReadsOf(operation, looks, answers)
      case 'contents': {
        const undone = trimsUndone(operation, trims.get(operation.log) ?? [])
        return [...dirtyReadsOf(operation, looks, answers), ...undone]
      }
      default:
        return []
    }
  })
}

function lostOf(send: Send, looks: LastLooks): readonly Anomaly[] {
  if (send.answer !== 'acknowledged') return []
  return send.records.flatMap((record): readonly Anomaly[] => {
    const fate = looks.fateOf(record, send.ended)
    if (fate === 'there' || fate === 'trimmed') return []
    const { log, offset, value } = record
    const isPassed = fate === 'gone' && offset !== undefined && offset <= looks.highestOf(log)
    const about = `${value} was acknowledged at ${log} ${offset ?? 'somewhere'}`
    return [{ kind: isPassed ? 'lost-write' : 'unseen', about }]
  })
}

/** Of one without an answer: it may be there, but whole. */
function halvesOf(send: Send, looks: LastLooks): readonly Anomaly[] {
  if (send.answer === 'acknowledged') return []
  const fates = send.records.map((record) => ({ record, fate: looks.fateOf(record, send.ended) }))
  const gone = fates.find(({ fate }) => fate === 'gone')
  const there = fates.find(({ fate }) => fate === 'there')
  if (gone === undefined || there === undefined) return []
  const about = `${there.record.value} is there, and ${gone.record.value} of the same append is not`
  return [{ kind: 'half-append', about }]
}

function dirtyReadsOf(
  { log, records, ended }: Poll | Contents,
  looks: LastLooks,
  answers: Answers,
): readonly Anomaly[] {
  return records.flatMap(({ offset, value }): readonly Anomaly[] => {
    const at = `${value} was read at ${log} ${offset}`
    if (answers.refused.has(value)) return [{ kind: 'dirty-read', about: `${at}, and was refused` }]
    // As lost it is told already.
    if (answers.acknowledged.has(value)) return []
    if (looks.fateOf({ log, value, offset }, ended) !== 'gone') return []
    return [{ kind: 'dirty-read', about: `${at}, and is not there any more` }]
  })
}

function trimsUndone(contents: Contents, trims: readonly Trim[]): readonly Anomaly[] {
  const { log, logStartOffset, began } = contents
  return trims.flatMap(({ offset, ended }): readonly Anomaly[] => {
    if (ended >= began || offset <= logStartOffset) return []
    const about = `${log} begins at ${logStartOffset}, and was trimmed to ${offset}`
    return [{ kind: 'trim-undone', about }]
  })
}

/** A value may be sent more than once: it is refused when nobody was told anything else. */
interface Answers {
  readonly acknowledged: ReadonlySet<string>
  readonly refused: ReadonlySet<string>
}

function answersOf(history: readonly Operation[]): Answers {
  const sent = {
    acknowledged: new Set<string>(),
    refused: new Set<string>(),
    unknown: new Set<string>(),
  }
  for (const operation of history) {
    if (operation.kind !== 'send') continue
    for (const { value } of operation.records) sent[operation.answer].add(value)
  }
  const { acknowledged, refused, unknown } = sent
  const isDoubtful = (value: string) => acknowledged.has(value) || unknown.has(value)
  return { acknowledged, refused: new Set([...refused].filter((value) => !isDoubtful(value))) }
}

function trimsOf(history: readonly Operation[]): ReadonlyMap<string, readonly Trim[]> {
  const trims = history.flatMap((each) =>
    each.kind === 'trim' && each.answer === 'acknowledged' ? [each] : [],
  )
  return Map.groupBy(trims, ({ log }) => log)
}
