import { basename } from 'node:path'
import type { Finding, Repository } from './repository.ts'

/** A file is named by the one noun that it holds. These words hide which noun is missing. */
const HIDING =
  /^(utils?|helpers?|types|common|misc|shared|index)$|(^|-)(utils?|helpers?|managers?|services?)$/

/** Kebab case, a noun, and before `.test` perhaps its kind: crash, golden, model. */
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*((\.[a-z]+)?\.test|\.config)?\.tsx?$/

/** Strangers import it by the package's name. */
const EXCEPTIONS = new Set(['packages/client/src/index.ts'])

export function checkFileNames({ files }: Repository): readonly Finding[] {
  return files
    .filter(({ path }) => /\.tsx?$/.test(path) && !EXCEPTIONS.has(path))
    .flatMap(({ path }) => {
      const name = basename(path)
      const noun = name.slice(0, name.indexOf('.'))
      const folders = path.split('/').slice(0, -1)
      return [
        ...(NAME.test(name) ? [] : [{ path, message: 'file names are words-with-dashes.ts' }]),
        ...[noun, ...folders]
          .filter((word) => HIDING.test(word))
          .map((word) => ({ path, message: `'${word}' does not say what is inside` })),
        ...misplacedTest(path),
      ]
    })
}

function misplacedTest(path: string): readonly Finding[] {
  const isTest = /\.(test|bench)\.tsx?$/.test(path)
  return isTest && !/^(packages\/[^/]+|scripts)\/test\//.test(path)
    ? [{ path, message: 'tests live in test/' }]
    : []
}
