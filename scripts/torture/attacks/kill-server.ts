import { dirname, join } from 'node:path'
import type { Attack } from '../attack.ts'
import { drawLifePlan } from '../served/life-plan.ts'
import { liveThroughKills } from '../served/lives.ts'

const KILLS = 5

export const killServer: Attack = {
  name: 'kill-server',
  about:
    'The real server in a process of its own, used over HTTP by nine clients at once (raw batches, sequences, JSON over several ' +
    'partitions, Idempotency-Keys, committed offsets, trims, topics that come and go, reads), killed with SIGKILL at a random ' +
    'moment or at a named point (around a journal write, sync, answer, roll, write behind, checkpoint, slot reuse, deletion, ' +
    'LMDB commit, during a stop and during recovery), five times over. Then everything is read back and the history of what ' +
    'the clients were told is checked, and `millrace log verify` finds every byte sound.',
  cases: `stores whose server was killed ${KILLS} times`,
  target: 1_000 / KILLS,
  share: 1,
  tryCase: (seed, directory) =>
    liveThroughKills(seed, KILLS, {
      directory,
      compileCache: join(dirname(directory), 'compile-cache'),
      syncedLives: Infinity,
      drawPlan: drawLifePlan,
      afterKill: async () => {},
    }),
}
