import type { Disk } from '@millrace/disk/disk'
import { segmentBaseOffsets, segmentFilePath } from '@millrace/log/segment-files'
import { type ProgressOptions, startProgressBar } from '../progress-bar.ts'
import { counted, formatBytes } from '../quantity.ts'
import { partitionsOf, type Target } from './target.ts'

/** How far the check of one target is: as its segments are read. */
export interface VerifyProgress {
  /** Of the segment that is being read. */
  show(checkedBytes: number): void
  endSegment(bytes: number): void
  stop(): void
}

export async function startVerifyProgress(
  disk: Disk,
  target: Target,
  { isWanted }: Pick<ProgressOptions, 'isWanted'>,
): Promise<VerifyProgress> {
  const isShown = isWanted && process.stderr.isTTY
  const totalBytes = isShown ? await bytesOf(disk, target) : undefined
  const bar = await startProgressBar({ isWanted, totalBytes })
  let segments = 0
  let endedBytes = 0
  const show = (checkedBytes: number) => {
    const done = endedBytes + checkedBytes
    bar.show(done, () => `${counted(segments, 'segment')} | ${formatBytes(done)}`)
  }
  return {
    show,
    endSegment(bytes) {
      segments += 1
      endedBytes += bytes
      show(0)
    },
    stop: () => bar.stop(),
  }
}

async function bytesOf(disk: Disk, target: Target): Promise<number> {
  if (target.kind === 'file') return (await disk.stat(target.path))?.size ?? 0
  let bytes = 0
  for (const { path } of partitionsOf(target)) {
    for (const baseOffset of segmentBaseOffsets(await disk.list(path))) {
      bytes += (await disk.stat(segmentFilePath(path, baseOffset, 'log')))?.size ?? 0
    }
  }
  return bytes
}
