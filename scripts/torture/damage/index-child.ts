/**
 * Opens brokers on data directories whose index was harmed, one after the other, as it is told: a process of its own,
 * because what LMDB does with damage can kill it.
 */
import { seededRandom } from '@millrace/testing/seeded-random'
import {
  type BrokerState,
  commitAtRandom,
  difference,
  openStateBroker,
  stateOf,
} from './state-broker.ts'

export interface IndexTrial {
  readonly seed: number
  readonly directory: string
  /** Unknown after a life that died while it was told more. */
  readonly expected: BrokerState | 'unknown'
}

/** What was acknowledged so far; then a verdict. */
export type IndexReport = { readonly state: BrokerState | 'unknown' } | IndexVerdict

export interface IndexVerdict {
  /** What is wrong; undefined: nothing. */
  readonly wrong?: string
  readonly isRebuilt: boolean
}

process.on('message', (trial) => {
  void judge(trial as IndexTrial).then(tell)
})

function tell(report: IndexReport): void {
  process.send?.(report)
}

async function judge(trial: IndexTrial): Promise<IndexVerdict> {
  try {
    return await live(trial)
  } catch (error) {
    return {
      wrong: error instanceof Error ? (error.stack ?? error.message) : String(error),
      isRebuilt: false,
    }
  }
}

/** Three lives: what the first does not notice must not come out later. */
async function live({ directory, expected, seed }: IndexTrial): Promise<IndexVerdict> {
  const random = seededRandom(seed)
  let state = expected
  let isRebuilt = false
  for (let life = 0; life < 3; life++) {
    await using broker = await openStateBroker(directory)
    isRebuilt ||= broker.status().lastRecovery.notes.length > 0
    const wrong = state === 'unknown' ? undefined : difference(await stateOf(broker), state)
    if (wrong !== undefined) return { wrong: `Life ${life + 1}: ${wrong}`, isRebuilt }
    tell({ state: 'unknown' })
    await commitAtRandom(broker, random, 40)
    state = await stateOf(broker)
    tell({ state })
  }
  return { isRebuilt }
}
