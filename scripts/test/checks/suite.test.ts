import { expect, test } from 'vitest'
import { countSuite, type VitestReport } from '../../checks/suite.ts'

const OK = 'exit status 0'
const PASSED: VitestReport = {
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: [
    {
      name: 'a.test.ts',
      status: 'passed',
      assertionResults: [{ fullName: 'a', status: 'passed' }],
    },
  ],
}

test('what passed and what was skipped is counted', () => {
  expect(countSuite(PASSED, OK)).toEqual({ passed: 2, failed: 0, skipped: 1, problems: [] })
})

test('a failed test is one failure, under its name', () => {
  const assertionResults = [{ fullName: 'adds up', status: 'failed' }]
  const report = {
    ...PASSED,
    numFailedTests: 1,
    testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults }],
  }
  expect(countSuite(report, 'exit status 1')).toMatchObject({
    failed: 1,
    problems: ['a.test.ts: adds up'],
  })
})

test('a file that does not load is a failure although none of its tests ran', () => {
  const testResults = [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }]
  expect(countSuite({ ...PASSED, testResults }, 'exit status 1').failed).toBe(1)
})

test('a run without a single test is a failure', () => {
  const report = { ...PASSED, numPassedTests: 0, numPendingTests: 0, testResults: [] }
  expect(countSuite(report, OK)).toMatchObject({ failed: 1, problems: ['no test was executed'] })
})

test('a failed run is a failure although every test passed', () => {
  expect(countSuite(PASSED, 'exit status 1').failed).toBe(1)
})
