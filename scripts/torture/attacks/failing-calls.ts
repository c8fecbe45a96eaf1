import type { Attack } from '../attack.ts'
import { PLANS, planOf } from '../failing-calls/plan.ts'
import { tryPlan } from '../failing-calls/try-plan.ts'

export const failingCalls: Attack = {
  name: 'failing-calls',
  about:
    'The n-th write, sync, directory sync, open, rename, unlink or truncate of a workload fails, for every n, with EIO, ' +
    'ENOSPC, EMFILE or a short count, once or from then on; what a failed sync did not sync is not on the disk. Nothing ' +
    'hangs for 5 s, answers and state are clear, and on a disk that is well, after a kill or a power cut, nothing ' +
    'acknowledged is lost and all goes on.',
  cases: 'failing calls',
  target: PLANS,
  share: 20,
  last: PLANS,
  async tryCase(seed, directory) {
    const plan = planOf(seed)
    try {
      const { memory, calls } = await tryPlan(plan, directory)
      const isReached = (calls.get(plan.operation) ?? 0) >= plan.number
      const counts = { 'acknowledged records': memory.notes.acknowledgedRecords }
      return isReached ? counts : { ...counts, 'calls that never came': 1 }
    } catch (cause) {
      throw new Error(`With ${JSON.stringify(plan)}`, { cause })
    }
  },
}
