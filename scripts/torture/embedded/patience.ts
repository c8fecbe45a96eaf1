import type { ManualClock } from '@millrace/testing/manual-clock'

/**
 * Waits for `work` while the clock goes on; without an end to it, that is an error after five seconds. LMDB takes real
 * time: the clock stands still for as long as that should be.
 */
export async function whileTimePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false
  const ended = work.finally(() => (isOver = true))
  ended.catch(() => undefined)
  const startedMs = performance.now()
  for (let turn = 0; !isOver; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (isOver || turn < TURNS_AT_ONCE) continue
    await new Promise((resolve) => setTimeout(resolve, 1))
    const waitedMs = performance.now() - startedMs
    if (waitedMs > PATIENCE_MS) throw new Error('Nothing happens any more.')
    if (waitedMs > STANDSTILL_MS) clock.advance(10)
  }
  return ended
}

const TURNS_AT_ONCE = 50
const STANDSTILL_MS = 100
const PATIENCE_MS = 5_000
