import type { SingleBar } from 'cli-progress'
import { formatBytes, formatCount } from '../quantity.ts'
import type { Acknowledgements } from './acknowledgements.ts'

export interface Progress {
  show(acknowledged: Acknowledgements): void
  stop(): void
}

const NO_PROGRESS: Progress = { show: () => undefined, stop: () => undefined }

export interface ProgressOptions {
  readonly isWanted: boolean
  /** Undefined: nobody knows, the input is a pipe. */
  readonly totalBytes: number | undefined
}

/** A bar on standard error, when that is a terminal. */
export async function startProgress({ isWanted, totalBytes }: ProgressOptions): Promise<Progress> {
  if (!isWanted || !process.stderr.isTTY) return NO_PROGRESS
  const { default: progress } = await import('cli-progress')
  const known = totalBytes === undefined ? '' : '{bar} {percentage}% | '
  const bar: SingleBar = new progress.SingleBar(
    {
      format: `${known}{records} records | {amount} | {rate}/s`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      fps: FRAMES_PER_SECOND,
    },
    progress.Presets.shades_classic,
  )
  const startedMs = performance.now()
  bar.start(totalBytes ?? 0, 0, { records: 0, amount: '', rate: '' })
  return {
    show(acknowledged) {
      const seconds = Math.max((performance.now() - startedMs) / 1000, SECONDS_MIN)
      // Each line ends in a line feed, the last one perhaps not.
      const read = acknowledged.bytes + acknowledged.count
      bar.update(Math.min(read, totalBytes ?? read), {
        records: formatCount(acknowledged.count),
        amount: formatBytes(acknowledged.bytes),
        rate: formatBytes(acknowledged.bytes / seconds),
      })
    },
    stop: () => bar.stop(),
  }
}

const FRAMES_PER_SECOND = 5
const SECONDS_MIN = 0.001
