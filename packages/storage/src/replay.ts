import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import type { EntryItem } from '@millrace/journal/entry'
import type { JournalEntry } from '@millrace/journal/reader'
import type { Log, LogId } from '@millrace/log/log'
import { eachAtMost } from './bounded.ts'
import type { DataDirectory } from './data-directory.ts'
import { decodeCreation } from './log-creation.ts'
import type { LogTable } from './log-table.ts'
import { listSegments, openingOf } from './manifest.ts'

/** Brings the entries after a checkpoint to the segments. Every item is known to fit. */
export class Replay {
  readonly #disk: Disk
  readonly #paths: DataDirectory
  readonly #clock: Clock
  readonly #table: LogTable
  readonly #touched = new Set<Log>()
  #pendingBytes = 0
  #bytes = 0

  constructor(disk: Disk, paths: DataDirectory, clock: Clock, table: LogTable) {
    this.#disk = disk
    this.#paths = paths
    this.#clock = clock
    this.#table = table
  }

  /** Of the entries so far, padding included. */
  get bytes(): number {
    return this.#bytes
  }

  async take(entry: JournalEntry): Promise<void> {
    this.#bytes += entry.size
    const held = new Set<Log>()
    for (const item of entry.items) {
      const log = await this.#takeItem(item)
      if (log !== undefined) held.add(log)
    }
    for (const log of held) log.markSynced()
    if (this.#pendingBytes >= PENDING_BYTES_MAX) await this.#write()
  }

  /** Everything written is synced when it resolves. */
  async finish(): Promise<void> {
    await this.#write()
    await eachAtMost(SYNCS_AT_ONCE, this.#touched, (log) => log.sync())
  }

  async #takeItem(item: EntryItem): Promise<Log | undefined> {
    if (item.kind === 'createLog') {
      await this.#create(item)
      return undefined
    }
    const log = this.#table.find(item.log as LogId)
    assert(log !== undefined)
    if (item.kind === 'batches') {
      log.replay(item, this.#clock.nowMs())
      this.#pendingBytes += item.bytes.length
      this.#touched.add(log)
      return log
    }
    if (item.kind === 'removeLog') {
      this.#touched.delete(log)
      this.#table.remove(log)
    } else {
      log.markSynced()
      log.raiseLogStart(item.baseOffset)
    }
    return undefined
  }

  async #create(item: EntryItem): Promise<void> {
    const creation = decodeCreation(item.log, item.bytes)
    assert(creation !== undefined)
    const { highest, place } = creation
    this.#table.raise(highest)
    const files = await listSegments(this.#disk, join(this.#paths.topics, place.name))
    this.#table.open(openingOf(this.#paths, place, files ?? []))
  }

  async #write(): Promise<void> {
    await eachAtMost(WRITES_AT_ONCE, this.#touched, async (log) => {
      while (log.pendingBytes > 0) await log.writeBehind(WRITE_BYTES_MAX)
    })
    this.#pendingBytes = 0
  }
}

const MiB = 1024 * 1024
const PENDING_BYTES_MAX = 16 * MiB
const WRITE_BYTES_MAX = 4 * MiB
/** Nobody waits for the journal yet. */
const WRITES_AT_ONCE = 4
const SYNCS_AT_ONCE = 8
