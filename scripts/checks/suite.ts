import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childEnvironment, exitOf, REPOSITORY } from './check.ts'

/** What the tests came to. */
export interface SuiteCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** The names of what failed, a line each. */
  readonly problems: readonly string[]
}

export const SUITE_NOTHING: SuiteCounts = { passed: 0, failed: 0, skipped: 0, problems: [] }

/** Runs every test with vitest, showing its progress, and counts from its JSON report. */
export async function runSuite(): Promise<SuiteCounts> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-suite-'))
  const reportPath = join(directory, 'report.json')
  const child = spawn(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`],
    {
      cwd: REPOSITORY,
      env: childEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: SUITE_SECONDS_MAX * 1000,
      killSignal: 'SIGKILL',
    },
  )
  const ending = await exitOf(child)
  const report = await readFile(reportPath, 'utf8').catch(() => undefined)
  await rm(directory, { recursive: true, force: true })
  if (report === undefined) return failure(`vitest left no report: ${ending}`)
  return countSuite(JSON.parse(report) as VitestReport, ending)
}

/** The whole run should take under ten minutes; this is when we give up. */
const SUITE_SECONDS_MAX = 1500

/** The parts of vitest's JSON report that we read. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

export function countSuite(report: VitestReport, ending: string): SuiteCounts {
  const failedTests = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => `${relative(file.name)}: ${fullName}`),
  )
  // A file that does not load, or whose hooks fail, has no failed test to show for it.
  const failedFiles = report.testResults
    .filter(({ status, assertionResults }) => {
      return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
    })
    .map(({ name }) => `${relative(name)}: the file failed outside its tests`)
  const problems = [...failedTests, ...failedFiles]
  const executed = report.numPassedTests + report.numFailedTests
  if (executed === 0) problems.push('no test was executed')
  // Such as an error that nobody caught, after the test that caused it had ended.
  if (problems.length === 0 && ending !== 'exit status 0') problems.push(`vitest: ${ending}`)
  return {
    passed: report.numPassedTests,
    failed: problems.length,
    skipped: report.numPendingTests + report.numTodoTests,
    problems,
  }
}

function failure(problem: string): SuiteCounts {
  return { ...SUITE_NOTHING, failed: 1, problems: [problem] }
}

function relative(path: string): string {
  return path.startsWith(REPOSITORY) ? path.slice(REPOSITORY.length) : path
}
