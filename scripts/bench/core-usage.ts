import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from './server-process.ts'

/** The share of one core that the server uses over a time. */
export async function usage(server: ServerProcess, milliseconds: number): Promise<number> {
  const started = performance.now()
  const before = await server.figures()
  await delay(milliseconds)
  const after = await server.figures()
  return (after.cpuSeconds - before.cpuSeconds) / ((performance.now() - started) / 1000)
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} % of one core`
}
