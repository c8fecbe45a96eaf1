import type { Disk } from '@millrace/disk/disk'
import type { EntryItem } from '@millrace/journal/entry'
import { BREAK_REASONS } from '@millrace/log/batch-chain'
import { type Damage, scanBatches } from '@millrace/log/batch-scanner'
import { headersOf } from '@millrace/log/log-end'
import { segmentFilePath } from '@millrace/log/segment-files'
import { emptyBatch } from '@millrace/model/batch-encoding'
import { LogError } from '@millrace/model/log-error'
import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'

export interface LostOffsets {
  readonly from: Offset
  /** Inclusive. */
  readonly to: Offset
}

export interface RepairProblem {
  readonly path: string
  /** A byte in that file. */
  readonly position: number
  readonly message: string
}

export interface SegmentToRepair {
  readonly directory: string
  readonly baseOffset: Offset
  /** Of the next segment. Undefined: this is the last. */
  readonly nextBaseOffset: Offset | undefined
  /** Where the log ends at least. */
  readonly knownEnd: Offset
  readonly gaps: boolean
  /** As much of the file as the checkpoint vouches for; what follows is the journal's to give. */
  readonly syncedBytes: number
  /** Of the journal, for this segment. */
  readonly items: readonly EntryItem[]
}

/** What a segment will consist of. */
export interface SegmentRepair {
  readonly baseOffset: Offset
  readonly path: string
  readonly bytesOnDisk: number
  readonly bytes: Position
  readonly nextOffset: Offset
  readonly pieces: readonly SegmentPiece[]
  /** `extend`: what is there stays where it is. `rewrite`: a new file takes its place. */
  readonly change: 'none' | 'extend' | 'rewrite'
  readonly syncedBytes: number
  readonly lost: readonly LostOffsets[]
  readonly problems: readonly RepairProblem[]
}

export type SegmentPiece = StoredPiece | NewPiece

/** Sound batches in the file as it is. */
export interface StoredPiece {
  readonly kind: 'stored'
  readonly first: Offset
  readonly next: Offset
  readonly position: number
  readonly length: number
}

/** From the journal, or an empty batch. */
export interface NewPiece {
  readonly kind: 'new'
  readonly first: Offset
  readonly next: Offset
  readonly bytes: Uint8Array
}

/** Puts together what is whole, by offset, and spans what is missing. Changes nothing. */
export async function planSegment(disk: Disk, segment: SegmentToRepair): Promise<SegmentRepair> {
  const { baseOffset, directory, items, syncedBytes } = segment
  const path = segmentFilePath(directory, baseOffset, 'log')
  const { damages, runs, size } = await findRuns(disk, path, segment)
  const fromJournal = items.flatMap(batchesOf).filter((batch) => {
    return !runs.some((run) => batch.first < run.next && run.first < batch.next)
  })
  const sound = [...runs, ...fromJournal].toSorted((left, right) => left.first - right.first)
  const { lost, pieces } = fillHoles(segment, sound, damages)
  const bytes = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
  return {
    baseOffset,
    path,
    bytesOnDisk: size,
    bytes: bytes as Position,
    nextOffset: pieces.at(-1)?.next ?? baseOffset,
    pieces,
    change: changeOf(pieces, size),
    syncedBytes: Math.min(syncedBytes, size),
    lost,
    problems: problemsOf(path, segment, damages, lost),
  }
}

/** How long it is in a segment. */
export function lengthOf(piece: SegmentPiece): number {
  return piece.kind === 'stored' ? piece.length : piece.bytes.length
}

interface FoundRuns {
  readonly runs: readonly StoredPiece[]
  readonly damages: readonly Damage[]
  readonly size: number
}

async function findRuns(disk: Disk, path: string, segment: SegmentToRepair): Promise<FoundRuns> {
  const size = (await disk.stat(path))?.size
  if (size === undefined) return { runs: [], damages: [], size: 0 }
  const runs: StoredPiece[] = []
  const damages: Damage[] = []
  const file = await disk.open(path, 'read')
  try {
    const scanned = scanBatches(file, {
      from: 0 as Position,
      to: size as Position,
      nextOffset: segment.baseOffset,
      endOffset: segment.nextBaseOffset ?? OFFSET_MAX,
      gaps: true,
    })
    for await (const piece of scanned) {
      if (piece.kind === 'damage') {
        damages.push(piece)
        continue
      }
      let position: number = piece.position
      for (const { baseOffset: first, lastOffset, sizeInBytes: length } of piece.headers) {
        const next = (lastOffset + 1) as Offset
        addRun(runs, { kind: 'stored', first, next, position, length }, segment.gaps)
        position += length
      }
    }
  } finally {
    await file.close()
  }
  return { runs, damages, size }
}

function addRun(runs: StoredPiece[], run: StoredPiece, gaps: boolean): void {
  const last = runs.at(-1)
  const continues = last !== undefined && last.position + last.length === run.position
  if (!continues || (!gaps && last.next !== run.first)) runs.push(run)
  else runs[runs.length - 1] = { ...last, next: run.next, length: last.length + run.length }
}

function batchesOf({ bytes }: EntryItem): readonly NewPiece[] {
  let at = 0
  return (headersOf(bytes) ?? []).map(({ baseOffset: first, lastOffset, sizeInBytes }) => {
    const piece = bytes.subarray(at, at + sizeInBytes)
    at += sizeInBytes
    return { kind: 'new', first, next: (lastOffset + 1) as Offset, bytes: piece }
  })
}

function fillHoles(
  segment: SegmentToRepair,
  sound: readonly SegmentPiece[],
  damages: readonly Damage[],
): { readonly pieces: readonly SegmentPiece[]; readonly lost: readonly LostOffsets[] } {
  const { baseOffset, gaps, knownEnd, nextBaseOffset } = segment
  const limit = nextBaseOffset ?? OFFSET_MAX
  const pieces: SegmentPiece[] = []
  const lost: LostOffsets[] = []
  let offset = baseOffset
  const span = (until: Offset): void => {
    if (until - baseOffset > OFFSETS_MAX) throw tooMany(segment, until)
    const bytes = emptyBatch({ baseOffset: offset, lastOffset: (until - 1) as Offset })
    pieces.push({ kind: 'new', first: offset, next: until, bytes })
    lost.push({ from: offset, to: (until - 1) as Offset })
    offset = until
  }
  for (const piece of sound) {
    if (piece.first < offset || piece.next > limit) continue
    const isMissing = !gaps || isDamaged(damages, offset, piece.first)
    if (piece.first > offset && isMissing) span(piece.first)
    pieces.push(piece)
    offset = piece.next
  }
  const end = nextBaseOffset ?? knownEnd
  // With gaps, the next segment may begin later; but the last one goes as far as is known.
  const isMissing = !gaps || nextBaseOffset === undefined || isDamaged(damages, offset, end)
  if (end > offset && isMissing) span(end)
  return { pieces, lost }
}

function isDamaged(damages: readonly Damage[], from: Offset, until: Offset): boolean {
  return damages.some(({ damagedFrom, nextReadableOffset = OFFSET_MAX }) => {
    return damagedFrom < until && nextReadableOffset > from
  })
}

function changeOf(pieces: readonly SegmentPiece[], size: number): SegmentRepair['change'] {
  let kept = 0
  let index = 0
  for (const piece of pieces) {
    if (piece.kind !== 'stored' || piece.position !== kept) break
    kept += piece.length
    index++
  }
  const isRestNew = pieces.slice(index).every(({ kind }) => kind === 'new')
  if (!isRestNew || kept < size) return 'rewrite'
  return index === pieces.length ? 'none' : 'extend'
}

function problemsOf(
  path: string,
  { syncedBytes }: SegmentToRepair,
  damages: readonly Damage[],
  lost: readonly LostOffsets[],
): readonly RepairProblem[] {
  const problems: RepairProblem[] = []
  for (const { position, endPosition, reason } of damages) {
    if (position >= syncedBytes) continue
    const message = `${BREAK_REASONS[reason]}; ${endPosition - position} bytes are not sound.`
    problems.push({ path, position, message })
  }
  for (const { from, to } of lost) {
    const position = damages.find(({ damagedFrom }) => damagedFrom <= to)?.position ?? 0
    problems.push({ path, position, message: `Offsets ${from} to ${to} are lost.` })
  }
  return problems
}

/** A segment keeps offsets relative to its own, in 31 bits. */
const OFFSETS_MAX = 2 ** 31

function tooMany({ directory, baseOffset }: SegmentToRepair, until: Offset): LogError {
  return new LogError(
    'DATA_DIRECTORY_DAMAGED',
    `${directory}: offsets up to ${until} are missing after the segment that begins at ${baseOffset}, ` +
      'which is more than one segment can span. Put a backup in place.',
  )
}
