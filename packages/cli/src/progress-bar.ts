import type { SingleBar } from 'cli-progress'

export interface ProgressBar {
  /** So much is done; `describe` is asked as often as somebody can read it. */
  show(doneBytes: number, describe: () => string): void
  stop(): void
}

export interface ProgressOptions {
  readonly isWanted: boolean
  /** Undefined: nobody knows. */
  readonly totalBytes: number | undefined
}

/** A bar on standard error, when that is a terminal. */
export async function startProgressBar(options: ProgressOptions): Promise<ProgressBar> {
  if (!options.isWanted || !process.stderr.isTTY) return NO_BAR
  const { default: progress } = await import('cli-progress')
  const { totalBytes } = options
  const bar: SingleBar = new progress.SingleBar(
    {
      format: `${totalBytes === undefined ? '' : '{bar} {percentage}% | '}{words}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      fps: FRAMES_PER_SECOND,
    },
    progress.Presets.shades_classic,
  )
  bar.start(totalBytes ?? 0, 0, { words: '' })
  let nextMs = 0
  return {
    show(doneBytes, describe) {
      const nowMs = performance.now()
      if (nowMs < nextMs) return
      nextMs = nowMs + 1000 / FRAMES_PER_SECOND
      bar.update(Math.min(doneBytes, totalBytes ?? doneBytes), { words: describe() })
    },
    stop: () => bar.stop(),
  }
}

const NO_BAR: ProgressBar = { show: () => undefined, stop: () => undefined }
const FRAMES_PER_SECOND = 5
