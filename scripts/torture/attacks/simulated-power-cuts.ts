import { liveThroughPowerCuts } from '../../../packages/storage/test/power-cuts.ts'
import type { Attack } from '../attack.ts'

const LIVES = 5

export const simulatedPowerCuts: Attack = {
  name: 'simulated-power-cuts',
  about:
    'The engine on a disk in memory that loses, keeps, reorders or tears what was not synced, cut off or killed at a random ' +
    'call, also of recovery, five times over. Nothing acknowledged or read is lost, nothing half of an append is there, ' +
    'no offset means two things, nothing comes twice or from nowhere, no trim is undone.',
  cases: `stores that lived ${LIVES} times`,
  target: 200_000 / LIVES,
  share: 20,
  async tryCase(seed) {
    const history = await liveThroughPowerCuts(seed, LIVES)
    return { 'power cuts and kills': LIVES, 'acknowledged records': history.acknowledgedRecords }
  },
}
