/**
 * The producers of one log, and the file that saves them from being read out of the whole log at every start.
 * The file can be deleted at any time: everything in it follows from the batches.
 *
 *     at  `producer-state`, big-endian
 *      0  magic `MRP1`
 *      4  CRC-32 of bytes 8 to the end  u32
 *      8  covered                       u64, the batches below this offset are in it
 *     16  last append time              i64, -1: none was given yet
 *     24  the state of the producers, as `ProducerState` encodes it
 */
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Disk } from '@millrace/disk/disk'
import { readInt64, readUint32, writeInt32, writeInt64 } from '@millrace/model/big-endian'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, type Offset, toOffset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { readWholeFile, replaceFile } from './whole-file.ts'
import { type ProducerDecision, ProducerState } from './producer-state.ts'
import type { Segment } from './segment.ts'
import type { SegmentList } from './segment-list.ts'

export class LogProducers {
  readonly #disk: Disk
  readonly #directory: string
  #state: ProducerState | undefined
  #lastAppendTime = -1
  /** Of batches that the file does not cover. */
  #uncoveredBytes = 0

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  get isLoaded(): boolean {
    return this.#state !== undefined
  }

  get uncoveredBytes(): number {
    return this.#uncoveredBytes
  }

  /** With LogAppendTime: the last time that was given, in epoch milliseconds; -1: none. */
  get lastAppendTime(): number {
    return this.#lastAppendTime
  }

  /** Reads the file, and what is newer from the batches. Damage is stepped over: it must not stop appends. */
  async load(segments: SegmentList, logStartOffset: Offset): Promise<void> {
    const saved = await this.#read()
    this.#lastAppendTime = saved?.lastAppendTime ?? -1
    this.#uncoveredBytes = 0
    const state = saved?.state ?? new ProducerState()
    const from =
      saved !== undefined && saved.covered > logStartOffset ? saved.covered : logStartOffset
    for (const segment of segments.from(from)) await this.#readSegment(state, segment, from)
    state.forgetBefore(logStartOffset)
    this.#state = state
  }

  check(header: BatchHeader): ProducerDecision {
    return this.#loaded().check(header)
  }

  /** A stamped batch, in offset order. */
  apply(header: BatchHeader): void {
    this.#note(this.#loaded(), header)
  }

  forgetBefore(logStartOffset: Offset): void {
    this.#state?.forgetBefore(logStartOffset)
  }

  /** Writes the file, synced and renamed into place; the directory is the caller's to sync. */
  async save(covered: Offset): Promise<void> {
    const bytes = encode({ covered, lastAppendTime: this.#lastAppendTime, state: this.#loaded() })
    // Batches that come while it is written count from here.
    this.#uncoveredBytes = 0
    await replaceFile(this.#disk, join(this.#directory, PRODUCER_STATE_FILE), bytes)
  }

  async #readSegment(state: ProducerState, segment: Segment, from: Offset): Promise<void> {
    let next: Offset | undefined = from
    while (next !== undefined) {
      try {
        for await (const header of segment.headersFrom(next)) {
          if (header.lastOffset >= from) this.#note(state, header)
        }
        return
      } catch (error) {
        next = afterDamage(error, next)
      }
    }
  }

  /** Of a log that has just been made. */
  beginEmpty(): void {
    this.#state = new ProducerState()
  }

  #note(state: ProducerState, header: BatchHeader): void {
    this.#uncoveredBytes += header.sizeInBytes
    if (header.timestampType === 'LogAppendTime') this.#lastAppendTime = header.maxTimestamp
    if (header.producerId >= 0) state.apply(header)
  }

  #loaded(): ProducerState {
    if (this.#state === undefined)
      throw new Error(`The producers of ${this.#directory} are not loaded.`)
    return this.#state
  }

  async #read(): Promise<SavedProducers | undefined> {
    const bytes = await readWholeFile(this.#disk, join(this.#directory, PRODUCER_STATE_FILE))
    return bytes === undefined ? undefined : decode(bytes)
  }
}

/** The file of a log that is brought in: all of it is read once. */
export async function writeProducerState(
  disk: Disk,
  directory: string,
  segments: SegmentList,
  bounds: { readonly logStartOffset: Offset; readonly logEndOffset: Offset },
): Promise<void> {
  const producers = new LogProducers(disk, directory)
  await producers.load(segments, bounds.logStartOffset)
  await producers.save(bounds.logEndOffset)
}

const PRODUCER_STATE_FILE = 'producer-state'

interface SavedProducers {
  readonly covered: Offset
  readonly lastAppendTime: number
  readonly state: ProducerState
}

function encode(saved: SavedProducers): Uint8Array {
  const state = saved.state.encode()
  const bytes = new Uint8Array(STATE_AT + state.length)
  writeInt32(bytes, 0, MAGIC)
  writeInt64(bytes, COVERED_AT, saved.covered)
  writeInt64(bytes, LAST_APPEND_TIME_AT, saved.lastAppendTime)
  bytes.set(state, STATE_AT)
  writeInt32(bytes, CRC_AT, crc32(bytes.subarray(COVERED_AT)))
  return bytes
}

function decode(bytes: Uint8Array): SavedProducers | undefined {
  if (bytes.length < STATE_AT || readUint32(bytes, 0) !== MAGIC) return undefined
  if (crc32(bytes.subarray(COVERED_AT)) !== readUint32(bytes, CRC_AT)) return undefined
  const covered = toOffset(readInt64(bytes, COVERED_AT))
  const state = ProducerState.decode(bytes.subarray(STATE_AT))
  if (covered === undefined || state === undefined) return undefined
  return { covered, lastAppendTime: readInt64(bytes, LAST_APPEND_TIME_AT), state }
}

function afterDamage(error: unknown, from: Offset): Offset | undefined {
  if (!(error instanceof LogError) || error.code !== 'CORRUPT_SEGMENT') throw error
  const next = error.fields.nextReadableOffset ?? FIRST_OFFSET
  return next > from ? next : undefined
}

const MAGIC = 0x4d525031 // MRP1
const CRC_AT = 4
const COVERED_AT = 8
const LAST_APPEND_TIME_AT = 16
const STATE_AT = 24
