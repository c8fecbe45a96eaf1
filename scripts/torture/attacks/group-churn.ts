import type { Attack } from '../attack.ts'
import { liveAsGroup } from '../group-churn/lives.ts'

const LIVES = 3

/** Decided by its seed but for the moments at which the threads of LMDB have done their work. */
export const groupChurn: Attack = {
  name: 'group-churn',
  about:
    'Members of a consumer group come, leave, stall, are killed and take each other over, hear answers or do not, while the ' +
    'topic grows, committed offsets are moved, and the power is cut. No record is skipped, no partition is read by two ' +
    'who are still members, no committed offset goes back; and two heartbeats after the last session that ran out every ' +
    'partition has its reader, and then every record was read.',
  cases: `groups over ${LIVES + 1} lives of their broker`,
  target: 1_000,
  share: 6,
  async tryCase(seed, directory) {
    const { changes, ledger } = await liveAsGroup(seed, LIVES, directory)
    return { 'members that came or went': changes, 'records delivered': ledger.deliveries }
  },
}
