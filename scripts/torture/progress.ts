import type { Tally } from './attack.ts'

/** One line on a terminal, over and over; elsewhere a line a minute. */
export class Progress {
  readonly #name: string
  readonly #startedMs = performance.now()
  #printedMs = performance.now()

  constructor(name: string) {
    this.#name = name
  }

  get minutes(): number {
    return (performance.now() - this.#startedMs) / 60_000
  }

  show(tally: Tally): void {
    const { stderr } = process
    if (stderr.isTTY) {
      stderr.clearLine(0)
      stderr.cursorTo(0)
      stderr.write(this.#line(tally))
    } else if (performance.now() - this.#printedMs > QUIET_MS) {
      this.#printedMs = performance.now()
      stderr.write(`${this.#line(tally)}\n`)
    }
  }

  end(tally: Tally): void {
    const { stderr } = process
    if (stderr.isTTY) {
      stderr.clearLine(0)
      stderr.cursorTo(0)
    }
    stderr.write(`${this.#line(tally)}\n`)
  }

  #line({ cases, counts }: Tally): string {
    const counted = Object.entries(counts).map(([name, count]) => `, ${count} ${name}`)
    return `${this.#name}: ${cases} cases in ${this.minutes.toFixed(1)} min${counted.join('')}`
  }
}

const QUIET_MS = 60_000
