import { readFile, writeFile } from 'node:fs/promises'

/** What became of a planted bug. */
export interface PlantedResult {
  readonly name: string
  /** Of the case that found it; undefined: none did. */
  readonly seed?: number
  readonly seconds: number
  readonly commit: string
}

const RESULTS = new URL('../../docs/planted-bugs.json', import.meta.url)

export async function readPlantedResults(): Promise<readonly PlantedResult[]> {
  const text = await readFile(RESULTS, 'utf8').catch(() => '[]')
  return JSON.parse(text) as readonly PlantedResult[]
}

/** Puts new results in place of older ones, in the order of `names`. */
export async function keepPlantedResults(
  newer: readonly PlantedResult[],
  names: readonly string[],
): Promise<void> {
  const older = await readPlantedResults()
  const byName = new Map([...older, ...newer].map((result) => [result.name, result]))
  const merged = names.flatMap((name) => byName.get(name) ?? [])
  await writeFile(RESULTS, `${JSON.stringify(merged, null, 2)}\n`)
}
