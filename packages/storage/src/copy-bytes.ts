import type { DiskFile } from '@millrace/disk/disk'

export interface CopiedRange {
  readonly position: number
  readonly length: number
  /** Where it goes. */
  readonly to: number
}

/** Less when the file ends before. */
export async function copyBytes(
  source: DiskFile,
  target: DiskFile,
  { position, length, to }: CopiedRange,
): Promise<void> {
  for (let done = 0; done < length;) {
    const bytes = Buffer.allocUnsafe(Math.min(COPY_BYTES, length - done))
    const got = await source.read(position + done, bytes)
    if (got === 0) return
    await target.write(to + done, [bytes.subarray(0, got)])
    done += got
  }
}

const COPY_BYTES = 4 * 1024 * 1024
