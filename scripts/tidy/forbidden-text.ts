import { type Finding, isSource, lineAt, type Repository, type SourceFile } from './repository.ts'

interface ForbiddenText {
  readonly pattern: RegExp
  /** Which files it is forbidden in. */
  readonly where: (path: string) => boolean
  readonly message: string
}

const CODE = (path: string): boolean => /\.tsx?$/.test(path)
const CORE = (path: string): boolean =>
  isSource(path) && /^packages\/(model|journal|log|storage|offsets|groups|broker)\//.test(path)
/** That the process stays is for the process's timers to say, not for the clock that a test brings. */
const TIMED = (path: string): boolean => CORE(path) && path !== 'packages/storage/src/keep-alive.ts'
const NOT_THE_DISK = (path: string): boolean =>
  isSource(path) && !/^packages\/(disk|server|cli|testing)\//.test(path)
const ANY = (path: string): boolean => path !== 'LICENSE'

/** What the linter has no rule for. */
const FORBIDDEN: readonly ForbiddenText[] = [
  {
    pattern: /\bas unknown as\b/g,
    where: CODE,
    message: 'a cast through unknown hides a mistake; say the type',
  },
  {
    pattern: /\b(?:eslint|oxlint)-disable|@ts-(?:ignore|nocheck)|oxfmt-ignore|prettier-ignore/g,
    where: CODE,
    message: 'change the code, or the rule for all',
  },
  {
    pattern: /\b(?:vi|vitest|jest)\.(?:mock|doMock|spyOn|fn|stubGlobal)\(/g,
    where: CODE,
    message: 'no mocks: a real file, a real server, a simulated disk',
  },
  {
    pattern: /\bclass \w*(?:Manager|Service|Helper|Util)s?\b/g,
    where: CODE,
    message: 'the name does not say what it is',
  },
  {
    pattern: /^(?:import|export).*['"]node:events['"]|\bextends EventEmitter\b/gm,
    where: CORE,
    message: 'no event emitters in the core: return a promise or an async iterator',
  },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bset(?:Timeout|Interval)\(/g,
    where: TIMED,
    message: 'time is an argument: take a Clock',
  },
  {
    pattern: /['"](?:node:)?fs(?:\/promises)?['"]/g,
    where: NOT_THE_DISK,
    message: 'files are reached through Disk, so that a test can fail any call',
  },
  {
    pattern: /(?<![\w.~-])\/(?:work|root|home|Users)\/(?!somebody\b)[\w.-]+/g,
    where: ANY,
    message: 'the path of one machine',
  },
  {
    pattern:
      /https?:\/\/(?!registry\.npmjs\.org)[\w.:-]*(?:registry|verdaccio|artifactory|nexus)[\w.:-]*/g,
    where: ANY,
    message: 'the host of one registry',
  },
]

export function checkForbiddenText({ files }: Repository): readonly Finding[] {
  return files.filter(({ path }) => !SPEAKS_OF_THEM.test(path)).flatMap(findIn)
}

/** This rule and its test name what they forbid. */
const SPEAKS_OF_THEM = /^scripts\/(test\/)?tidy\//

function findIn({ path, text }: SourceFile): readonly Finding[] {
  return FORBIDDEN.filter(({ where }) => where(path)).flatMap(({ pattern, message }) =>
    [...text.matchAll(pattern)].map((match) => ({
      path,
      line: lineAt(text, match.index),
      message: `${match[0].trim()}: ${message}`,
    })),
  )
}
