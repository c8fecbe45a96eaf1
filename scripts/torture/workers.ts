import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type Breach, NO_TALLY, sumOf, type Tally } from './attack.ts'
import type { CasesRun } from './run-cases.ts'

/** What one worker is to do. */
export interface Order {
  readonly attack: string
  readonly firstSeed: number
  readonly step: number
  /** At most; and no longer than this. */
  readonly cases: number
  readonly milliseconds: number
  readonly directory: string
}

/** What it says of that, from time to time and at its end. */
export interface Report {
  readonly tally: Tally
  readonly isOver: boolean
  readonly breach?: Breach
}

/** How often a worker says how far it is. */
export const NOTE_MS = 500

export interface WorkersRun extends CasesRun {
  /** No worker came to it or beyond it; one that ran slower than the others left out some seeds before it. */
  readonly nextSeed: number
}

/** Several processes share the seeds; the first breach ends them all. */
export async function runWorkers(
  order: Omit<Order, 'step'>,
  workers: number,
  note: (tally: Tally) => void,
): Promise<WorkersRun> {
  const tallies: Tally[] = Array.from({ length: workers }, () => NO_TALLY)
  const children: ChildProcess[] = []
  let breach: Breach | undefined
  const runs = tallies.map(async (_, index) => {
    const cases = Math.floor(order.cases / workers) + (index < order.cases % workers ? 1 : 0)
    const own: Order = { ...order, cases, firstSeed: order.firstSeed + index, step: workers }
    const child = fork(WORKER, [JSON.stringify(own)])
    children.push(child)
    let isOver = false
    child.on('message', (message) => {
      const report = message as Report
      tallies[index] = report.tally
      isOver = report.isOver
      breach ??= report.breach
      if (breach !== undefined) for (const other of children) other.kill('SIGKILL')
      note(tallies.reduce(sumOf, NO_TALLY))
    })
    await once(child, 'exit')
    if (isOver || breach !== undefined) return
    const ending = child.signalCode ?? `exit status ${child.exitCode}`
    breach = { seed: Number.NaN, found: `The process that ran the cases ended: ${ending}.` }
  })
  await Promise.all(runs)
  const rounds = Math.max(...tallies.map(({ cases }) => cases))
  const nextSeed = order.firstSeed + rounds * workers
  return { tally: tallies.reduce(sumOf, NO_TALLY), breach, nextSeed }
}

const WORKER = new URL('worker.ts', import.meta.url)
