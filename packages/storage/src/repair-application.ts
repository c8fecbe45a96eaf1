import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { FIRST_SEQUENCE } from '@millrace/journal/journal'
import { Slots } from '@millrace/journal/slots'
import { replaceFileDurably } from '@millrace/log/whole-file'
import { encodeCheckpoint } from './checkpoint.ts'
import { copyBytes } from './copy-bytes.ts'
import { makeDirectories } from './data-directory.ts'
import { drawRun } from './recovery.ts'
import type { RepairPlan } from './repair.ts'
import type { LogRepair } from './repair-log.ts'
import { lengthOf, type SegmentRepair } from './repair-segment.ts'
import { SetAside } from './repair-set-aside.ts'

/**
 * In this order, so that a repair that is cut short can be planned again: first copies of all that will go; then each
 * log's files; last the checkpoint, which names a new run and so ends the journal as it was. Until then the journal
 * is what it was, and segments are put together by offset, whatever of it they have already.
 */
export async function carryOut(disk: Disk, plan: RepairPlan): Promise<readonly string[]> {
  const { badJournal, checkpoint, logs, paths, unplaced } = plan
  const kept = new SetAside(disk, join(paths.setAside, `repair-${checkpoint.journal.run}`))
  for (const { path, position, length } of badJournal) await kept.keep(path, position, length)
  for (const { item, sequence } of unplaced) {
    const name = `entry-${sequence}-log-${item.log}-${item.kind}-${item.baseOffset}`
    await kept.keepBytes(name, item.bytes)
  }
  for (const log of logs) await keepWhatGoes(kept, log)
  await kept.keep(paths.checkpoint, 0, (await disk.stat(paths.checkpoint))?.size ?? 0)
  for (const log of logs) await applyToLog(disk, log)
  const slots = await sizesOfSlots(disk, plan)
  const next = encodeCheckpoint({
    ...checkpoint,
    journal: { run: drawRun(), sequence: FIRST_SEQUENCE, slot: 0, position: 0 },
    slots,
    logs: logs.map(({ log }) => log),
  })
  await replaceFileDurably(disk, paths.checkpoint, next)
  return kept.paths
}

async function keepWhatGoes(kept: SetAside, log: LogRepair): Promise<void> {
  for (const { bytesOnDisk, change, path, pieces } of log.segments) {
    if (change !== 'rewrite') continue
    let end = 0
    for (const piece of pieces) {
      if (piece.kind === 'new') continue
      await kept.keep(path, end, piece.position - end)
      end = piece.position + piece.length
    }
    await kept.keep(path, end, bytesOnDisk - end)
  }
  for (const path of log.staleIndexes) await kept.keep(path, 0, Infinity)
}

async function applyToLog(disk: Disk, { directory, segments, staleIndexes }: LogRepair) {
  await makeDirectories(disk, directory)
  // An index must never lie beside a segment that it is not of.
  for (const path of staleIndexes) await disk.unlink(path)
  if (staleIndexes.length > 0) await disk.syncDirectory(directory)
  for (const segment of segments) {
    if (segment.change === 'rewrite') await rewrite(disk, segment)
    else await extend(disk, segment)
  }
  await disk.syncDirectory(directory)
}

async function rewrite(disk: Disk, { path, pieces }: SegmentRepair): Promise<void> {
  const unfinished = `${path}.tmp`
  if ((await disk.stat(unfinished)) !== undefined) await disk.unlink(unfinished)
  const source = await disk.open(path, 'read')
  try {
    const target = await disk.open(unfinished, 'create')
    try {
      let position = 0
      for (const piece of pieces) {
        if (piece.kind === 'new') await target.write(position, [piece.bytes])
        else await copyBytes(source, target, { ...piece, to: position })
        position += lengthOf(piece)
      }
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
  await disk.rename(unfinished, path)
}

/** Also what is there already, after what the checkpoint vouches for: what reads well may not be on disk. */
async function extend(disk: Disk, segment: SegmentRepair): Promise<void> {
  const { bytes, bytesOnDisk, path, pieces, syncedBytes } = segment
  if (bytes === 0 || (bytesOnDisk === bytes && bytesOnDisk <= syncedBytes)) return
  const isThere = (await disk.stat(path)) !== undefined
  const file = await disk.open(path, isThere ? 'write' : 'create')
  try {
    const rest = { position: syncedBytes, length: bytesOnDisk - syncedBytes, to: syncedBytes }
    await copyBytes(file, file, rest)
    let position = 0
    for (const piece of pieces) {
      if (piece.kind === 'new') await file.write(position, [piece.bytes])
      position += lengthOf(piece)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Slots that are missing are made again, as large as they were; at least the first. */
async function sizesOfSlots(
  disk: Disk,
  { checkpoint, paths }: RepairPlan,
): Promise<readonly number[]> {
  await makeDirectories(disk, paths.journal)
  const slots = await Slots.open(disk, paths.journal, 'write')
  try {
    while (slots.count === 0 || slots.missing.length > 0) {
      const [slot = 0] = slots.missing
      await slots.make(checkpoint.slots[slot] ?? SLOT_BYTES)
    }
    return slots.sizes
  } finally {
    await slots.close()
  }
}

const SLOT_BYTES = 16 * 1024 * 1024
