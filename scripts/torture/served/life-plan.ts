import type { SeededRandom } from '@millrace/testing/seeded-random'
import { KILL_POINTS, type KillOrder } from './kill-points.ts'

/** How one life of the server is to end. */
export interface LifePlan {
  /** It kills itself there, unless it is killed before. */
  readonly killAt: KillOrder | undefined
  /** It is killed when its clients have taken so many turns: more of them, where more can be done in a time. */
  readonly turns: number
  /** It is told to stop in order, and killed so much later: while it stops, mostly. */
  readonly stoppingMs: number | undefined
}

export function drawLifePlan(random: SeededRandom): LifePlan {
  const isAtPoint = random.chance(65)
  const point = random.pick(KILL_POINTS)
  return {
    killAt: isAtPoint ? { point, count: 1 + random.below(point.most) } : undefined,
    turns: isAtPoint ? TURNS_UNTIL_POINT : 1 + random.below(random.pick([20, 200, 800])),
    stoppingMs: random.chance(15) ? random.below(STOPPING_MS_MAX) : undefined,
  }
}

/** Of a server that has something to lose. */
export const LONG_LIFE: LifePlan = { killAt: undefined, turns: 300, stoppingMs: undefined }

/** A point that is not met by then is not met. */
const TURNS_UNTIL_POINT = 800
const STOPPING_MS_MAX = 60
