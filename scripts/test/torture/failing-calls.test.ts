import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { CALLS_MAX, PLANS, planOf } from '../../torture/failing-calls/plan.ts'
import { tryPlan } from '../../torture/failing-calls/try-plan.ts'

test('the plans know every call that the workload makes', async () => {
  await using directory = await makeTempDirectory()
  const { calls } = await tryPlan(undefined, directory.path)
  for (const [operation, planned] of Object.entries(CALLS_MAX)) {
    const made = [...calls].find(([name]) => name === operation)?.[1] ?? 0
    expect(made, operation).toBeLessThanOrEqual(planned)
    expect(made, operation).toBeGreaterThan(planned / 2)
  }
})

test('every plan is that of one seed', () => {
  const plans = Array.from({ length: PLANS }, (_, index) => JSON.stringify(planOf(index + 1)))
  expect(new Set(plans).size).toBe(PLANS)
})
