import { Session, type Profiler } from 'node:inspector'

/** V8's own record of which blocks of which functions ran. One for a process: it is V8's, not ours. */
export class Coverage implements Disposable {
  readonly #session = new Session()
  readonly #modules: readonly string[]
  /** By function: of which of its characters it is known that they ran. */
  readonly #seen = new Map<string, Uint8Array>()
  #characters = 0

  constructor(modules: readonly string[]) {
    this.#modules = modules
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  }

  /** Of source that was ever seen to run. */
  get characters(): number {
    return this.#characters
  }

  /** Whether anything ran since the last call that never had before. */
  takeNew(): boolean {
    const before = this.#characters
    for (const { functions, url } of this.#take()) {
      if (!this.#modules.some((module) => url.endsWith(module))) continue
      for (const { ranges } of functions) this.#note(url, ranges)
    }
    return this.#characters > before
  }

  /** The first range is the whole function; those inside others say where the count is another. */
  #note(url: string, ranges: readonly Profiler.CoverageRange[]): void {
    const [whole] = ranges
    if (whole === undefined || whole.count === 0) return
    const ran = new Uint8Array(whole.endOffset - whole.startOffset)
    for (const { count, endOffset, startOffset } of ranges) {
      ran.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset)
    }
    const key = `${url}:${whole.startOffset}`
    const seen = this.#seen.get(key) ?? new Uint8Array(ran.length)
    this.#seen.set(key, seen)
    for (let at = 0; at < ran.length; at++) {
      if (ran[at] === 0 || seen[at] === 1) continue
      seen[at] = 1
      this.#characters++
    }
  }

  [Symbol.dispose](): void {
    this.#session.disconnect()
  }

  /** In this thread the inspector answers before `post` returns. */
  #take(): readonly Profiler.ScriptCoverage[] {
    let scripts: readonly Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      scripts = result
    })
    return scripts
  }
}
