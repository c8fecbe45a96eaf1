/**
 * `pnpm test`: everything that must hold before a change is done. The checks run two at a time, then the tests. The
 * last line is `N passed, M failed`, counting checks and tests; the exit status is 0 only when M is 0.
 */
import { type Check, type Outcome, runCheck } from './checks/check.ts'
import { runSuite, SUITE_NOTHING, type SuiteCounts } from './checks/suite.ts'

const CHECKS: readonly Check[] = [
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { name: 'types', command: 'tsc', args: [] },
  { name: 'tidy', command: 'node', args: ['scripts/tidy.ts'] },
  { name: 'dead exports', command: 'knip', args: ['--no-progress'] },
  { name: 'generated docs', command: 'node', args: ['scripts/generate.ts', '--check'] },
  { name: 'published packages', command: 'node', args: ['scripts/publishable.ts'] },
]

const outcomes = await runChecks(CHECKS)
const suite = await runSuite()

print('')
for (const outcome of outcomes.filter(({ passed }) => !passed)) print(`FAILED  ${outcome.name}`)
for (const problem of suite.problems) print(`FAILED  ${problem}`)
const { passed, failed, skipped } = total(outcomes, suite)
print(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1

/** Two at a time: the machines that we build on have two cores. */
async function runChecks(checks: readonly Check[]): Promise<readonly Outcome[]> {
  const waiting = [...checks]
  const outcomes: Outcome[] = []
  const runNext = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await runCheck(check)
      outcomes.push(outcome)
      printOutcome(outcome)
    }
  }
  await Promise.all([runNext(), runNext()])
  return outcomes
}

function printOutcome({ name, passed, seconds, output }: Outcome): void {
  print(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(20)} ${seconds.toFixed(1)} s`)
  if (!passed) print(output.trimEnd().replaceAll(/^/gm, '        '))
}

function total(outcomes: readonly Outcome[], suite: SuiteCounts): SuiteCounts {
  const passedChecks = outcomes.filter(({ passed }) => passed).length
  return {
    ...SUITE_NOTHING,
    passed: passedChecks + suite.passed,
    failed: outcomes.length - passedChecks + suite.failed,
    skipped: suite.skipped,
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
