import { lineAt, type SourceFile } from './repository.ts'

export interface Import {
  readonly specifier: string
  readonly line: number
  /** `import type` and `export type`: gone when the program runs. */
  readonly isType: boolean
}

/** What a TypeScript file imports, statically or with `import()`, and what it re-exports. */
export function importsOf({ text }: SourceFile): readonly Import[] {
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const { keyword, specifier = match.groups?.['dynamic'] } = match.groups ?? {}
    if (specifier === undefined) return []
    return [{ specifier, line: lineAt(text, match.index), isType: /\btype$/.test(keyword ?? '') }]
  })
}

const IMPORT =
  /^(?<keyword>(?:import|export)(?: type)?)\b(?:[^'"();=]*?\bfrom)?\s*['"](?<specifier>[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>[^'"]+)['"]/gm
