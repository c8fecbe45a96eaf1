import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { WorkerEvent } from './event.ts'

/** What a worker is told. */
export interface WorkerPart {
  readonly url: string
  readonly group: string
  readonly consumer: string
  readonly concurrency: number
  readonly seed: number
  /** Longer than the lock. */
  readonly stallMs: number
}

/** Of a record: the number of its line. */
export const LINE_HEADER = 'line'

/** A consumer in a process of its own, which can be killed at any moment. */
export class WorkerProcess {
  /** When everything that it said was heard, too. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  #isKilled = false

  constructor(part: WorkerPart, onEvent: (event: WorkerEvent) => void) {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(part)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child = child
    // Told to end when it has been killed.
    child.stdin.on('error', () => undefined)
    const lines = createInterface(child.stdout)
    lines.on('line', (line) => onEvent(JSON.parse(line) as WorkerEvent))
    this.ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(() => {
      if (child.exitCode !== 0 && !this.#isKilled) throw new Error('A worker has failed.')
    })
    // For whoever waits for it, and not before.
    this.ended.catch(() => undefined)
  }

  get isKilled(): boolean {
    return this.#isKilled
  }

  /** SIGKILL: handlers end where they are, nothing is given back. */
  kill(): void {
    this.#isKilled = true
    this.#child.kill('SIGKILL')
  }

  /** In order: what was acquired and not begun is given back. */
  async stop(): Promise<void> {
    this.#child.stdin?.end()
    await this.ended
  }
}

const PROGRAM = fileURLToPath(new URL('worker.ts', import.meta.url))
