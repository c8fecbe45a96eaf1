import { posix } from 'node:path'
import { type Finding, lineAt, type Repository, type SourceFile } from './repository.ts'

/**
 * What a page points at is there: every relative link, every file of ours named in backticks, and every test that
 * `docs/invariants.md` names by its title.
 */
export function checkDocumentReferences({ files }: Repository): readonly Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((page) => [
      ...brokenLinks(page, byPath),
      ...absentFiles(page, byPath),
      ...absentTests(page, byPath),
    ])
}

type Files = ReadonlyMap<string, SourceFile>

function brokenLinks({ path, text }: SourceFile, files: Files): readonly Finding[] {
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)(?:#[^)]*)?\)/g)].flatMap(
    (match) => {
      const target = posix.join(posix.dirname(path), match[1] ?? '')
      if (exists(target, files)) return []
      return [
        {
          path,
          line: lineAt(text, match.index),
          message: `links to ${target}, which is not there`,
        },
      ]
    },
  )
}

function absentFiles({ path, text }: SourceFile, files: Files): readonly Finding[] {
  return [...text.matchAll(/`((?:packages|scripts|docs)\/[\w./-]+\.(?:ts|md|json))`/g)].flatMap(
    (match) => {
      const target = match[1] ?? ''
      if (exists(target, files)) return []
      return [
        { path, line: lineAt(text, match.index), message: `names ${target}, which is not there` },
      ]
    },
  )
}

/** `packages/log/test/segment.test.ts` "the title of a test" */
function absentTests({ path, text }: SourceFile, files: Files): readonly Finding[] {
  return [...text.matchAll(/`(packages\/[\w./-]+\.test\.ts)`\s+"([^"]+)"/g)].flatMap((match) => {
    const [, target = '', title = ''] = match
    const test = files.get(target)
    if (test === undefined || test.text.includes(title)) return []
    return [{ path, line: lineAt(text, match.index), message: `${target} has no test "${title}"` }]
  })
}

function exists(target: string, files: Files): boolean {
  const directory = target.endsWith('/') ? target : `${target}/`
  return (
    UNLISTED.has(target) ||
    files.has(target) ||
    [...files.keys()].some((path) => path.startsWith(directory))
  )
}

/** Files that the rules do not read, and pages may name. */
const UNLISTED = new Set(['.oxlintrc.json', 'pnpm-lock.yaml'])
