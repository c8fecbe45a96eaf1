/**
 * While work is under way that only waits for a time to come, the process must not end for want of anything
 * else to do: the clock's timers do not keep it. Answers with what ends this.
 */
export function keepProcessAlive(): () => void {
  const timer = setInterval(() => {}, LONGEST_MS)
  return () => clearInterval(timer)
}

const LONGEST_MS = 2 ** 31 - 1
