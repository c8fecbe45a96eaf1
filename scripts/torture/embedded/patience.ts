import type { ManualClock } from '@millrace/testing/manual-clock'

/** Waits for `work` while the clock goes on; without an end to it, that is an error after five seconds. */
export async function whileTimePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false
  const ended = work.finally(() => (isOver = true))
  ended.catch(() => undefined)
  const startedMs = performance.now()
  for (let turn = 0; !isOver; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (turn < TURNS_WITHOUT_TIME) continue
    if (performance.now() - startedMs > PATIENCE_MS) throw new Error('Nothing happens any more.')
    // LMDB takes real time, however the clock goes.
    await new Promise((resolve) => setTimeout(resolve, 1))
    clock.advance(10)
  }
  return ended
}

const TURNS_WITHOUT_TIME = 50
const PATIENCE_MS = 5_000
