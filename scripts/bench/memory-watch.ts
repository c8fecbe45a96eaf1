import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from './server-process.ts'

/** Looks at the server's memory ten times a second while `work` goes on. Answers with the most, in bytes. */
export async function watchMemory(
  server: ServerProcess,
  work: () => Promise<void>,
): Promise<number> {
  let most = 0
  let isDone = false
  const watch = async (): Promise<void> => {
    while (!isDone) {
      const { residentBytes } = await server.figures()
      most = Math.max(most, residentBytes)
      await delay(100)
    }
  }
  const watching = watch()
  try {
    await work()
  } finally {
    isDone = true
    await watching
  }
  return most
}
