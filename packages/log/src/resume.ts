import type { DiskFile } from '@millrace/disk/disk'
import type { Position } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, type BatchHeader, MAGIC, MAGIC_AT } from '@millrace/model/record-batch'
import { type ChainLink, checkBatch } from './batch-chain.ts'

export interface FoundBatch {
  readonly position: Position
  readonly header: BatchHeader
}

/**
 * Where to go on after a batch that is not sound: at the end that its own header gives, when a sound batch begins
 * there; else at the first byte, of all that follow, that begins one. Its offsets must lie further on.
 */
export async function findSoundBatch(
  file: DiskFile,
  broken: Position,
  brokenHeader: BatchHeader | undefined,
  range: ChainLink & { readonly to: Position },
): Promise<FoundBatch | undefined> {
  // What was lost leaves a gap, whatever the log is.
  const link: ChainLink = { ...range, gaps: true }
  if (brokenHeader !== undefined) {
    const next = (broken + brokenHeader.sizeInBytes) as Position
    if (next === range.to) return undefined
    const found = await soundBatchAt(file, next, range.to, link)
    if (found !== undefined) return found
  }
  return searchSoundBatch(file, (broken + 1) as Position, range.to, link)
}

/** Bytes looked through at a time. */
const WINDOW_BYTES = 1024 * 1024

async function searchSoundBatch(
  file: DiskFile,
  from: Position,
  to: Position,
  link: ChainLink,
): Promise<FoundBatch | undefined> {
  const window = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, Math.max(0, to - from)))
  for (let start = from as number; start + BATCH_HEADER_SIZE <= to;) {
    const got = await file.read(start, window.subarray(0, Math.min(window.length, to - start)))
    if (got < BATCH_HEADER_SIZE) return undefined
    const bytes = window.subarray(0, got)
    const last = got - BATCH_HEADER_SIZE
    for (let at = nextMagic(bytes, 0); at !== -1 && at <= last; at = nextMagic(bytes, at + 1)) {
      const checked = checkBatch(bytes, at, to - start - at, link)
      const position = (start + at) as Position
      if (!('kind' in checked)) return { position, header: checked }
      if (checked.kind === 'more') {
        const found = await soundBatchAt(file, position, to, link)
        if (found !== undefined) return found
      }
    }
    start += last + 1
  }
  return undefined
}

/** The first place from `at` on whose magic byte is right: one in 256 of arbitrary bytes. */
function nextMagic(bytes: Buffer, at: number): number {
  const found = bytes.indexOf(MAGIC, at + MAGIC_AT)
  return found === -1 ? -1 : found - MAGIC_AT
}

async function soundBatchAt(
  file: DiskFile,
  position: Position,
  to: Position,
  link: ChainLink,
): Promise<FoundBatch | undefined> {
  if (to - position < BATCH_HEADER_SIZE) return undefined
  let bytes = Buffer.allocUnsafe(BATCH_HEADER_SIZE)
  for (;;) {
    const got = await file.read(position, bytes)
    if (got < bytes.length) return undefined
    const checked = checkBatch(bytes, 0, to - position, link)
    if (!('kind' in checked)) return { position, header: checked }
    if (checked.kind === 'broken') return undefined
    bytes = Buffer.allocUnsafeSlow(checked.bytesNeeded)
  }
}
