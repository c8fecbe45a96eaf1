import type { Attack } from '../attack.ts'
import { liveAsShareGroup } from '../share-churn/lives.ts'

const LIVES = 3

/** Decided by its seed but for the moments at which the threads of LMDB have done their work. */
export const shareChurn: Attack = {
  name: 'share-churn',
  about:
    'Consumers of a share group accept, release, reject, renew, stall, die, say old things and do not hear answers, while the ' +
    'topic grows and is trimmed, settings change, dead letters are redriven or lost, and the power is cut. No record comes ' +
    'before an earlier one of its key is settled, nor after it was accepted; failures are counted, and counts kept; each that ' +
    'was given up on has one copy, in order; nothing is lost, and the group itself says the same.',
  cases: `share groups over ${LIVES + 1} lives of their broker`,
  target: 10_000,
  share: 30,
  async tryCase(seed, directory) {
    const { judged, ledger } = await liveAsShareGroup(seed, LIVES, directory)
    return { 'deliveries and dead letters': judged, 'calls of consumers': ledger.callCount }
  },
}
