import { readFile, writeFile } from 'node:fs/promises'
import { type Counts, sumOf } from './attack.ts'

/** A run of an attack in which no promise was broken, as it is kept. */
export interface AttackResult {
  readonly name: string
  readonly about: string
  /** What one case is, in the plural. */
  readonly unit: string
  readonly target: number
  readonly cases: number
  readonly firstSeed: number
  /** No seed from here on was tried: a run that begins here, or later, tries no case again. */
  readonly nextSeed: number
  readonly counts: Counts
  readonly minutes: number
  readonly commit: string
  readonly date: string
  readonly command: string
  readonly machine: string
}

const RESULTS = new URL('../../docs/reliability.json', import.meta.url)

export async function readResults(): Promise<readonly AttackResult[]> {
  const text = await readFile(RESULTS, 'utf8').catch(() => '[]')
  return JSON.parse(text) as readonly AttackResult[]
}

/**
 * Puts the new result in place of an older one of the same attack, in the order in which attacks are listed. One that
 * goes on from the seed at which the older one ended is added to it.
 */
export async function keepResult(result: AttackResult, names: readonly string[]): Promise<void> {
  const byName = new Map((await readResults()).map((older) => [older.name, older]))
  byName.set(result.name, afterOlder(result, byName.get(result.name)))
  const merged = names.flatMap((name) => byName.get(name) ?? [])
  await writeFile(RESULTS, `${JSON.stringify(merged, null, 2)}\n`)
}

export function afterOlder(result: AttackResult, older: AttackResult | undefined): AttackResult {
  if (older === undefined || result.firstSeed !== older.nextSeed) return result
  const { cases, counts } = sumOf(older, result)
  const isSameCommit = older.commit === result.commit
  return {
    ...result,
    cases,
    counts,
    firstSeed: older.firstSeed,
    minutes: Math.round((older.minutes + result.minutes) * 10) / 10,
    commit: isSameCommit ? result.commit : `${older.commit} and ${result.commit}`,
    command: `${older.command}, then ${result.command}`,
  }
}
