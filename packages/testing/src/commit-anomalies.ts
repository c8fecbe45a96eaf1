import type { Anomaly } from './anomaly.ts'
import type { Commit, Committed, Operation } from './history.ts'

/**
 * Whether what is said to be committed is what was committed last: of a group and log, an answer must be
 * that of a commit that no other had followed, as far as anybody can know, before the question.
 */
export function findCommitAnomalies(history: readonly Operation[]): readonly Anomaly[] {
  const restarts = history.flatMap((each) => (each.kind === 'restart' ? [each.at] : []))
  const operations = history.filter(({ kind }) => kind === 'commit' || kind === 'committed')
  const byPlace = Map.groupBy(operations as (Commit | Committed)[], placeOf)
  return [...byPlace].flatMap(([place, each]) => findIn(place, each, restarts))
}

function placeOf({ group, log }: Commit | Committed): string {
  return `${group} ${log}`
}

/** A commit, and when it is certain to be behind: its answer, the first sight of it, or the end of its life. */
interface Change {
  readonly commit: Commit
  /** It can take effect no later than this. */
  latest: number
  /** It has taken effect by then; Infinity: nobody knows whether it has. */
  certain: number
}

function findIn(
  place: string,
  operations: readonly (Commit | Committed)[],
  restarts: readonly number[],
): readonly Anomaly[] {
  const changes = operations.flatMap((each) =>
    each.kind === 'commit' && each.answer !== 'refused' ? [changeOf(each, restarts)] : [],
  )
  const questions = operations.filter((each) => each.kind === 'committed')
  questions.sort((one, other) => one.began - other.began)
  return questions.flatMap((question) => {
    const { offset } = question
    const known = changes.filter(({ certain }) => certain < question.began)
    const possible = changes.filter(({ commit }) => commit.offset === offset)
    const fitting = possible.filter(
      ({ commit, latest }) =>
        commit.began < question.ended && !known.some((other) => other.commit.began > latest),
    )
    const [only] = fitting
    if (only !== undefined) {
      // Seen once, it stays until another follows. Of several that fit, nobody knows which it was.
      if (fitting.length === 1) settle(only, question)
      return []
    }
    if (offset === null && known.length === 0) return []
    const kind = possible.length === 0 && offset !== null ? 'phantom' : 'committed-offset-gone-back'
    return [{ kind, about: `${place} has ${offset ?? 'nothing'} committed; ${told(known)}` }]
  })
}

function changeOf(commit: Commit, restarts: readonly number[]): Change {
  if (commit.answer === 'acknowledged') {
    return { commit, latest: commit.ended, certain: commit.ended }
  }
  const latest = Math.min(...restarts.filter((at) => at >= commit.began))
  return { commit, latest, certain: Infinity }
}

function settle(change: Change, { ended }: Committed): void {
  change.latest = Math.min(change.latest, ended)
  change.certain = Math.min(change.certain, ended)
}

function told(known: readonly Change[]): string {
  const last = known.toSorted((one, other) => one.commit.began - other.commit.began).at(-1)
  return `the last known before was ${last?.commit.offset ?? 'nothing'}`
}
