import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import type { EntryItem } from '@millrace/journal/entry'
import type { JournalEntry } from '@millrace/journal/reader'
import type { LeaderEpoch } from '@millrace/log/leader-epochs'
import { segmentFilePath } from '@millrace/log/segment-files'
import type { Offset } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import { eachAtMost } from '@millrace/log/bounded'
import type { DataDirectory } from './data-directory.ts'
import type { RecoveredLog, RecoveredLogs } from './recovered-logs.ts'

/**
 * Writes the entries after a checkpoint to the segment files, as they are: every item is known to fit. Indexes are
 * not touched here. Which logs there are in the end is known already, and others get nothing.
 */
export class Replay {
  readonly #disk: Disk
  readonly #paths: DataDirectory
  readonly #found: RecoveredLogs
  /** By path. */
  readonly #files = new Map<string, ReplayedFile>()
  /** Of the first batch of each log: all that a run writes is of one epoch. */
  readonly #epochs = new Map<number, LeaderEpoch>()
  #pendingBytes = 0
  #bytes = 0

  constructor(disk: Disk, paths: DataDirectory, found: RecoveredLogs) {
    this.#disk = disk
    this.#paths = paths
    this.#found = found
  }

  /** Of the entries so far, padding included. */
  get bytes(): number {
    return this.#bytes
  }

  /** Undefined: nothing was replayed for that log. */
  epochOf(log: RecoveredLog): LeaderEpoch | undefined {
    return this.#epochs.get(log.id)
  }

  async take(entry: JournalEntry): Promise<void> {
    this.#bytes += entry.size
    for (const item of entry.items) {
      const log = item.kind === 'batches' ? this.#found.find(item.log) : undefined
      if (log !== undefined) this.#takeBatches(log, item)
    }
    if (this.#pendingBytes >= PENDING_BYTES_MAX) await this.#write()
  }

  /** Everything written is synced when it resolves, and the names of new files. */
  async finish(): Promise<void> {
    await this.#write()
    await eachAtMost(SYNCS_AT_ONCE, this.#files.values(), async ({ file }) => {
      assert(file !== undefined)
      await file.sync()
      await file.close()
    })
    const directories = new Set<string>()
    for (const { directory, startsEmpty } of this.#files.values()) {
      if (startsEmpty) directories.add(directory)
    }
    await eachAtMost(SYNCS_AT_ONCE, directories, (directory) => this.#disk.syncDirectory(directory))
  }

  #takeBatches(log: RecoveredLog, item: EntryItem): void {
    const directory = join(this.#paths.topics, log.name)
    const path = segmentFilePath(directory, item.segment, 'log')
    const file = this.#files.get(path) ?? {
      path,
      directory,
      // Its name may not have been synced in the life that made it.
      startsEmpty: item.position === 0,
      file: undefined,
      position: item.position,
      pieces: [],
    }
    this.#files.set(path, file)
    file.pieces.push(item.bytes)
    this.#pendingBytes += item.bytes.length
    this.#noteEpoch(log, item)
  }

  #noteEpoch(log: RecoveredLog, item: EntryItem): void {
    if (this.#epochs.has(log.id)) return
    const epoch = readBatchHeader(item.bytes)?.partitionLeaderEpoch
    assert(epoch !== undefined)
    this.#epochs.set(log.id, { epoch, startOffset: item.baseOffset })
  }

  async #write(): Promise<void> {
    await eachAtMost(WRITES_AT_ONCE, this.#files.values(), async (replayed) => {
      const { pieces, position } = replayed
      if (pieces.length === 0) return
      replayed.file ??= await this.#open(replayed)
      await replayed.file.write(position, pieces)
      for (const piece of pieces) replayed.position += piece.length
      replayed.pieces = []
    })
    this.#pendingBytes = 0
  }

  async #open({ path, startsEmpty }: ReplayedFile): Promise<DiskFile> {
    const isThere = !startsEmpty || (await this.#disk.stat(path)) !== undefined
    return this.#disk.open(path, isThere ? 'write' : 'create')
  }
}

interface ReplayedFile {
  readonly path: string
  readonly directory: string
  readonly startsEmpty: boolean
  file: DiskFile | undefined
  /** Where the next bytes go. */
  position: number
  pieces: Uint8Array[]
}

/** The segments that were finished in the replayed entries: all but the last one that they wrote to, or began. */
export function finishedSegments(log: RecoveredLog): readonly Offset[] {
  const { origin, written } = log
  const before = origin.end.bytes > 0 ? [origin.end.segment] : []
  const all = new Set([...before, ...written.keys()])
  return [...all].filter((segment) => segment !== log.end.segment)
}

const MiB = 1024 * 1024
/** In memory, before it is written: the more, the larger the writes. */
const PENDING_BYTES_MAX = 64 * MiB
/** Nobody waits for the journal yet. */
const WRITES_AT_ONCE = 8
const SYNCS_AT_ONCE = 16
