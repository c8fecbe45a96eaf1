import type { Attack } from '../attack.ts'
import { liveAsBroker } from '../broker-lives/lives.ts'

const LIVES = 5

/** Decided by its seed but for the moments at which the threads of LMDB have done their work. */
export const brokerPowerCuts: Attack = {
  name: 'broker-power-cuts',
  about:
    'The whole broker on a disk in memory that loses, keeps, reorders or tears what was not synced, cut off or killed at ' +
    'a random call, also of recovery, five times over, its LMDB files lost, cut or older at times. Clients make, grow, ' +
    'alter, trim and delete topics, produce with and without idempotency keys and sequences, send again what had no ' +
    'answer, commit offsets and read; what they were told over all lives must be one sound history.',
  cases: `brokers that lived ${LIVES} times`,
  target: 10_000,
  share: 6,
  async tryCase(seed, directory) {
    const { notes } = await liveAsBroker(seed, LIVES, directory)
    return { 'power cuts and kills': LIVES, 'acknowledged records': notes.acknowledgedRecords }
  },
}
