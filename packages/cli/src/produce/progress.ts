import { type ProgressOptions, startProgressBar } from '../progress-bar.ts'
import { formatBytes, formatCount } from '../quantity.ts'
import type { Acknowledgements } from './acknowledgements.ts'

export interface Progress {
  show(acknowledged: Acknowledgements): void
  stop(): void
}

/** How much of the input is on disk. */
export async function startProgress(options: ProgressOptions): Promise<Progress> {
  const bar = await startProgressBar(options)
  const startedMs = performance.now()
  return {
    show({ bytes, count }) {
      // Each line ends in a line feed, the last one perhaps not.
      bar.show(bytes + count, () => {
        const seconds = Math.max((performance.now() - startedMs) / 1000, SECONDS_MIN)
        return `${formatCount(count)} records | ${formatBytes(bytes)} | ${formatBytes(bytes / seconds)}/s`
      })
    },
    stop: () => bar.stop(),
  }
}

const SECONDS_MIN = 0.001
