import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attack, Breach, Tally } from './attack.ts'
import { NO_TALLY, sumOf } from './attack.ts'

export interface CasesToRun {
  readonly firstSeed: number
  /** From one seed to the next: several workers share the seeds. */
  readonly step: number
  /** Where each case gets an empty directory of its own. */
  readonly directory: string
  /** Asked before each case; `done` is how many were run. */
  readonly goesOn: (done: number) => boolean
  /** Told after each. */
  readonly note?: (tally: Tally) => void
}

export interface CasesRun {
  readonly tally: Tally
  /** The first, at which it ended. */
  readonly breach: Breach | undefined
}

/** One case after the other, until it is told to end, there are no more, or a promise is broken. */
export async function runCases(attack: Attack, cases: CasesToRun): Promise<CasesRun> {
  let tally = NO_TALLY
  const { last = Number.MAX_SAFE_INTEGER } = attack
  await mkdir(cases.directory, { recursive: true })
  for (let seed = cases.firstSeed; seed <= last && cases.goesOn(tally.cases); seed += cases.step) {
    const directory = await mkdtemp(join(cases.directory, `${attack.name}-`))
    try {
      const counts = await attack.tryCase(seed, directory)
      tally = sumOf(tally, { cases: 1, counts })
    } catch (error) {
      return { tally, breach: { seed, found: describe(error) } }
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
    cases.note?.(tally)
  }
  return { tally, breach: undefined }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
