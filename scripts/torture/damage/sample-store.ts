import { LOG_CONFIG_DEFAULTS, type LogConfig } from '@millrace/log/config'
import type { LogId } from '@millrace/log/log'
import { headersOf } from '@millrace/log/log-end'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Codec } from '@millrace/model/record-batch'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'
import { ManualClock } from '@millrace/testing/manual-clock'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { type FileTree, MemoryDisk } from './memory-disk.ts'

/** A store that was killed, all that was acknowledged in it, and where it lies. */
export interface SampleStore {
  readonly tree: FileTree
  readonly logs: readonly SampleLog[]
  /** Journal entries since the last checkpoint, the last of them last. */
  readonly entryCount: number
}

export interface SampleLog {
  readonly name: string
  readonly batches: readonly SampleBatch[]
}

export interface SampleBatch {
  /** As it is stored. */
  readonly bytes: Uint8Array
  readonly baseOffset: number
  readonly lastOffset: number
  /** Of all its records, and of no record in another batch of the store. */
  readonly timestamp: number
  /** Where in a segment its only copy lies; undefined: the journal has it. */
  readonly place: { readonly path: string; readonly at: number } | undefined
  /** Of the journal's entries since the last checkpoint, from 0. */
  readonly entry: number | undefined
}

export interface SampleSize {
  readonly logs: number
  /** Appends before the clean stop, each to one log. */
  readonly settledAppends: number
  /** Appends after it, each an entry that is replayed. */
  readonly replayedAppends: number
  readonly segmentBytes: number
  /** Of one record's value. */
  readonly valueBytesMax: number
}

export const SAMPLE_DIRECTORY = '/data'

const SAMPLE_STORE = parseStorageConfig({
  journalSlotBytes: 64 * 1024,
  journalSlotsMax: 4,
  reserveBytes: 0,
  minFreeBytes: 0,
})

/** Two lives: one that ended well, and one that was cut after its last acknowledged append. */
export async function makeSampleStore(
  size: SampleSize,
  random: SeededRandom,
): Promise<SampleStore> {
  const disk = new MemoryDisk()
  const config = { ...LOG_CONFIG_DEFAULTS, segmentBytes: size.segmentBytes, indexIntervalBytes: 0 }
  const first = await openSample(disk)
  const ids: LogId[] = []
  for (let index = 0; index < size.logs; index++) ids.push(await createLog(first, index, config))
  const sent = new SentBatches(random, size)
  for (let count = 0; count < size.settledAppends; count++) {
    await first.append([sent.next(ids[count % ids.length] as LogId)])
  }
  await first.close()
  const settled = disk.tree
  const second = await openSample(disk)
  for (const log of second.logs()) second.configureLog(log.id, config)
  for (let count = 0; count < size.replayedAppends; count++) {
    sent.entry = count
    await second.append(ids.slice(0, 1 + (count % 2)).map((id) => sent.next(id)))
  }
  const { tree } = disk
  const logs = await Promise.all([...second.logs()].map((log) => describe(log, sent, settled)))
  await second.close()
  return { tree, logs, entryCount: size.replayedAppends }
}

export function openSample(disk: MemoryDisk): Promise<Storage> {
  return Storage.openAlone(disk, SAMPLE_DIRECTORY, new ManualClock(), SAMPLE_STORE)
}

type StoredLog = NonNullable<ReturnType<Storage['log']>>

async function createLog(storage: Storage, index: number, config: LogConfig): Promise<LogId> {
  const log = storage.allocateLogId()
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAA'
  await storage.prepareLog({ log, directory: `t-${index}`, topicId, config })
  await storage.append([{ kind: 'create', log }])
  return log
}

/** Batches whose timestamps tell them apart. */
class SentBatches {
  entry: number | undefined
  readonly entryOf = new Map<number, number | undefined>()
  readonly #random: SeededRandom
  readonly #size: SampleSize
  #timestamp = 1_700_000_000_000

  constructor(random: SeededRandom, size: SampleSize) {
    this.#random = random
    this.#size = size
  }

  next(log: LogId) {
    this.#timestamp += 1 + this.#random.below(9)
    const timestamp = this.#timestamp
    this.entryOf.set(timestamp, this.entry)
    const count = 1 + this.#random.below(3)
    const records = Array.from({ length: count }, (_, index) => ({
      key: this.#random.chance(50) ? Buffer.from(`k${index}`) : null,
      value: Buffer.from(
        `${timestamp}.${index} `.padEnd(this.#random.below(this.#size.valueBytesMax), 'ab'),
      ),
      headers: [],
      timestamp,
    }))
    const codec = this.#random.pick<Codec>(['none', 'none', 'none', 'gzip', 'zstd', 'lz4'])
    return { kind: 'batches' as const, log, bytes: encodeBatch({ records, codec }) }
  }
}

async function describe(log: StoredLog, sent: SentBatches, settled: FileTree): Promise<SampleLog> {
  const batches: SampleBatch[] = []
  for (let next = log.logStartOffset; next < log.highWatermark;) {
    const { nextOffset, pieces } = await log.read(next, { maxBytes: 1 })
    const bytes = Buffer.concat(pieces)
    const [header] = headersOf(bytes) ?? []
    if (header === undefined) throw new Error('A batch that was appended cannot be read.')
    const { baseOffset, lastOffset, maxTimestamp: timestamp } = header
    const place = placeOf(bytes, log.name, settled)
    const entry = sent.entryOf.get(timestamp)
    batches.push({ bytes, baseOffset, lastOffset, timestamp, place, entry })
    next = nextOffset
  }
  return { name: log.name, batches }
}

function placeOf(bytes: Buffer, name: string, { files }: FileTree): SampleBatch['place'] {
  for (const [path, content] of files) {
    if (!path.startsWith(`${SAMPLE_DIRECTORY}/topics/${name}/`) || !path.endsWith('.log')) continue
    const at = content.indexOf(bytes)
    if (at !== -1) return { path, at }
  }
  return undefined
}
