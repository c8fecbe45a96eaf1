import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Offset, Position } from '@millrace/model/offset'
import { eachAtMost } from './bounded.ts'
import type { LeaderEpoch } from './leader-epochs.ts'
import { noteLeaderEpochs } from './log-epochs.ts'
import type { LogState } from './log-state.ts'
import { type IndexSizes, Segment, type SegmentOptions, UNCOVERED_BYTES_MAX } from './segment.ts'
import { parseSegmentFileName, segmentFilePath } from './segment-files.ts'

/**
 * Brings one log's synced batches to its segments, and keeps count of what is not synced there. One write at a
 * time, and one sync at a time, which may run beside it.
 */
export class LogWriter {
  readonly #log: LogState
  /** Written or sealed, and not synced since. */
  readonly #unsynced = new Set<Segment>()
  #unsyncedBytes = 0
  #hasNewNames = false
  #isWritten = false
  #newEpochs: LeaderEpoch[] = []
  #lastEpoch = -1
  #wantedSegment: Offset | undefined
  #lastTurn: Promise<void> | undefined

  constructor(log: LogState) {
    this.#log = log
  }

  /**
   * Writes the oldest synced batches to their segment, up to `maxBytes`; answers how many bytes that were. When
   * it fails nothing has changed here: it may be called again, and writes the same bytes to the same place.
   */
  writeBehind(maxBytes: number): Promise<number> {
    return this.#inTurn(() => this.#writeBehind(maxBytes))
  }

  async #writeBehind(maxBytes: number): Promise<number> {
    const batches = this.#log.pending.oldest(maxBytes)
    const [first] = batches
    if (first === undefined) {
      if (this.#wantedSegment !== undefined) await this.#segmentFor(this.#wantedSegment)
      return 0
    }
    const segment = await this.#segmentFor(first.segment)
    this.#unsynced.add(segment)
    this.#isWritten = true
    await segment.write(first.position, batches)
    if (this.#log.isRemoved) return 0
    let bytes = 0
    for (const { header } of batches) {
      bytes += header.sizeInBytes
      const { baseOffset: startOffset, partitionLeaderEpoch: epoch } = header
      this.noteEpoch({ epoch, startOffset })
    }
    this.#log.pending.drop(batches.length)
    this.#unsyncedBytes += bytes
    return bytes
  }

  /** Written since the last sync began. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes
  }

  /** Syncs only the batches, so that `sync` has less to do. */
  async syncBatches(): Promise<void> {
    this.#unsyncedBytes = 0
    const segments = [...this.#unsynced]
    for (const segment of segments) await segment.sync()
  }

  /** Not in the log's own file yet. */
  get newEpochs(): readonly LeaderEpoch[] {
    return this.#newEpochs
  }

  /** In this life. */
  get isWritten(): boolean {
    return this.#isWritten
  }

  /**
   * Syncs what was written before this call, so many segments at a time; of indexes, those that have fallen behind
   * or are sealed.
   */
  async sync(atOnce: number): Promise<void> {
    this.#unsyncedBytes = 0
    await eachAtMost(atOnce, [...this.#unsynced], async (segment) => {
      if (segment.uncoveredBytes > UNCOVERED_BYTES_MAX) {
        await this.#inTurn(() => segment.writeIndexes())
      }
      // What is written from here on is for the next time.
      this.#unsynced.delete(segment)
      await segment.sync()
    })
    await this.#writeEpochs()
    if (!this.#hasNewNames) return
    this.#hasNewNames = false
    await this.#log.disk.syncDirectory(this.#log.directory)
  }

  /**
   * For a clean stop: indexes complete and synced, and Kafka's closing time-index entry after them, which the
   * sizes answered here leave out. Undefined when the active segment has no file.
   */
  async finish(): Promise<IndexSizes | undefined> {
    const { last } = this.#log.segments
    if (last === undefined) return undefined
    await last.writeIndexes()
    await last.sync()
    const sizes = last.syncedIndexes
    await last.seal()
    await last.sync()
    return sizes
  }

  /** An empty segment that begins here is to have its file with the next writing behind. */
  wantSegment(baseOffset: Offset): void {
    this.#wantedSegment = baseOffset
  }

  get lacksSegment(): boolean {
    return this.#wantedSegment !== undefined
  }

  /** Removes the files of segments that end at or before `offset`. */
  async deleteBelow(offset: Offset): Promise<void> {
    const { directory, disk, segments } = this.#log
    const gone = segments.wholeBelow(offset)
    if (gone.length === 0) return
    await segments.retire(gone)
    for (const segment of gone) this.#unsynced.delete(segment)
    const first = segments.first?.baseOffset ?? offset
    // Kafka's snapshot of an offset belongs to the segment that begins there.
    for (const name of await disk.list(directory)) {
      const file = parseSegmentFileName(name)
      if (file !== undefined && file.baseOffset < first) await disk.unlink(join(directory, name))
    }
  }

  /** Removes segment files after the active one; when it resolves they cannot come back. */
  async deleteBeyondEnd(): Promise<void> {
    const { active, directory, disk } = this.#log
    const beyond = (await disk.list(directory)).filter((name) => {
      const file = parseSegmentFileName(name)
      return file !== undefined && file.kind !== 'snapshot' && file.baseOffset > active.baseOffset
    })
    if (beyond.length === 0) return
    for (const name of beyond) await disk.unlink(join(directory, name))
    await disk.syncDirectory(directory)
  }

  async #writeEpochs(): Promise<void> {
    const began = this.#newEpochs
    if (await noteLeaderEpochs(this.#log, began)) this.#hasNewNames = true
    // Others may have begun meanwhile.
    this.#newEpochs = this.#newEpochs.filter((epoch) => !began.includes(epoch))
  }

  /** One at a time: a segment's files have one writer. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#lastTurn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#lastTurn = promise
    await before
    try {
      return await work()
    } finally {
      resolve()
    }
  }

  noteEpoch({ epoch, startOffset }: LeaderEpoch): void {
    if (epoch <= this.#lastEpoch) return
    this.#lastEpoch = epoch
    this.#newEpochs.push({ epoch, startOffset })
  }

  async #segmentFor(baseOffset: Offset): Promise<Segment> {
    const { directory, disk, segments } = this.#log
    const { last } = segments
    if (last?.baseOffset === baseOffset) {
      // An empty file may have been made by a life that ended before it synced the directory.
      if (last.bytes === 0) this.#hasNewNames = true
      return last
    }
    if (last !== undefined) {
      assert(last.baseOffset < baseOffset)
      this.#unsynced.add(last)
      await last.seal()
    }
    const options = segmentOptions(this.#log, baseOffset)
    const path = segmentFilePath(directory, baseOffset, 'log')
    // There already: in replay, or after a first try that found no room.
    const isThere = (await disk.stat(path)) !== undefined
    const segment = isThere
      ? Segment.open(disk, directory, { ...options, ...emptyExtent(baseOffset) })
      : await Segment.create(disk, directory, options)
    this.#hasNewNames = true
    segments.add(segment)
    if (this.#wantedSegment !== undefined && this.#wantedSegment <= baseOffset) {
      this.#wantedSegment = undefined
    }
    return segment
  }
}

function segmentOptions(log: LogState, baseOffset: Offset): SegmentOptions {
  const { indexIntervalBytes, segmentIndexBytes } = log.config
  return { baseOffset, indexIntervalBytes, segmentIndexBytes, gaps: log.gaps }
}

function emptyExtent(nextOffset: Offset) {
  const syncedIndexes = { offsetIndexBytes: 0, timeIndexBytes: 0 }
  return { bytes: 0 as Position, nextOffset, syncedIndexes }
}
