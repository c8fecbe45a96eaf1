import { readFile, writeFile } from 'node:fs/promises'
import type { Result } from './benchmark.ts'

/** The newest result of each benchmark, in the order in which they are listed. */
export async function readResults(path: URL): Promise<readonly Result[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]')
  return JSON.parse(text) as readonly Result[]
}

/** Puts new results in place of older ones of the same name. */
export function mergeResults(
  older: readonly Result[],
  newer: readonly Result[],
  names: readonly string[],
): readonly Result[] {
  const byName = new Map([...older, ...newer].map((result) => [result.name, result]))
  return names.flatMap((name) => byName.get(name) ?? [])
}

export async function writeResults(path: URL, results: readonly Result[]): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`)
}
