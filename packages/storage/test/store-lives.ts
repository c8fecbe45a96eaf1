import type { Disk } from '@millrace/disk/disk'
import { LOG_CONFIG_DEFAULTS, type LogConfig } from '@millrace/log/config'
import type { LogId } from '@millrace/log/log'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Offset } from '@millrace/model/offset'
import { ManualClock } from '@millrace/testing/manual-clock'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { Change } from '../src/change.ts'
import { parseStorageConfig } from '../src/config.ts'
import { Storage } from '../src/storage.ts'
import type { SentBatch, StoreHistory } from './store-history.ts'

export const DIRECTORY = '/data'

/** Everything small, so that few appends make slots turn, segments roll and checkpoints come. */
export const SMALL_STORE = parseStorageConfig({
  journalSlotBytes: 100 * 1024,
  journalSlotsMax: 4,
  reserveBytes: 0,
  minFreeBytes: 0,
})

const SMALL_LOG: LogConfig = {
  ...LOG_CONFIG_DEFAULTS,
  segmentBytes: 3_000,
  indexIntervalBytes: 200,
}

/** Opens the store, sees that it holds what it must, and uses it until `actions` are done or the disk fails. */
export async function live(
  disk: Disk,
  history: StoreHistory,
  random: SeededRandom,
  actions: number,
): Promise<Storage> {
  const clock = new ManualClock()
  const storage = await Storage.openAlone(disk, DIRECTORY, clock, SMALL_STORE)
  for (const log of storage.logs()) storage.configureLog(log.id, SMALL_LOG)
  await history.check(storage)
  const life = new Life(storage, clock, history, random)
  for (let action = 0; action < actions; action++) await timePasses(clock, life.act())
  await timePasses(clock, life.settle())
  return storage
}

/** Waits, while the clock goes on; a wait that nothing ends is an error. */
async function timePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false
  const ended = work.finally(() => (isOver = true))
  ended.catch(() => undefined)
  for (let turn = 0; !isOver; turn++) {
    if (turn > TURNS_MAX) throw new Error('Nothing happens any more.')
    await new Promise((resolve) => setImmediate(resolve))
    if (turn > TURNS_WITHOUT_TIME) clock.advance(10)
  }
  return ended
}

const TURNS_MAX = 10_000
const TURNS_WITHOUT_TIME = 50

class Life {
  readonly #storage: Storage
  readonly #clock: ManualClock
  readonly #history: StoreHistory
  readonly #random: SeededRandom
  #underWay: Promise<unknown>[] = []

  constructor(storage: Storage, clock: ManualClock, history: StoreHistory, random: SeededRandom) {
    this.#storage = storage
    this.#clock = clock
    this.#history = history
    this.#random = random
  }

  /** Something that a caller may do; appends go on beside what comes next. */
  async act(): Promise<void> {
    const choice = this.#random.below(100)
    if (choice < 10 || this.#history.logs.length < 2) return this.#create()
    if (choice < 70) return this.#append()
    if (choice < 76) return this.settle()
    if (choice < 80) return this.#trim()
    if (choice < 83) return this.#remove()
    if (choice < 90) return this.#begin(this.#look())
    if (choice < 93) return this.#storage.checkpoint()
    this.#clock.advance(this.#random.pick([100, 250, 1_100]))
  }

  /** Everything that is under way has its answer. */
  async settle(): Promise<void> {
    const underWay = this.#underWay
    this.#underWay = []
    const results = await Promise.allSettled(underWay)
    this.#history.noteAcknowledged()
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  async #create(): Promise<void> {
    const id = this.#storage.allocateLogId()
    const directory = `t-${id % 7}`
    const isTaken = [...this.#storage.logs()].some((log) => log.name === directory)
    const name = isTaken ? `u-${id}` : directory
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAA'
    await this.#storage.prepareLog({ log: id, directory: name, topicId, config: SMALL_LOG })
    await this.#history.create(id, this.#storage.append([{ kind: 'create', log: id }]))
  }

  #append(): void {
    const batches: SentBatch[] = []
    const changes: Change[] = []
    for (let count = this.#random.pick([1, 1, 1, 2, 3, 5]); count > 0; count--) {
      const log = this.#pickLog()
      const values = Array.from({ length: this.#random.below(3) + 1 }, () =>
        this.#history.nextValue(),
      )
      batches.push({ log, values })
      changes.push({ kind: 'batches', log, bytes: this.#encode(values) })
    }
    this.#begin(this.#history.append(batches, this.#storage.append(changes)))
  }

  #encode(values: readonly string[]): Uint8Array {
    // Some are large enough not to be copied into the entry.
    const length = this.#random.pick([10, 10, 100, 700, 700, 17_000])
    const records = values.map((value, index) => ({
      key: null,
      value: Buffer.from(index === 0 ? value.padEnd(length) : value),
      headers: [],
      timestamp: this.#clock.nowMs(),
    }))
    return encodeBatch({ records })
  }

  #trim(): void {
    const id = this.#pickLog()
    const log = this.#storage.log(id)
    if (log === undefined) return
    const offset = this.#random.below(log.highWatermark + 1) as Offset
    const change: Change = { kind: 'logStart', log: id, logStartOffset: offset }
    this.#begin(this.#history.trim(id, offset, this.#storage.append([change])))
  }

  async #remove(): Promise<void> {
    // Appends to it that are under way would be refused, or not, as it happens.
    await this.settle()
    const log = this.#pickLog()
    await this.#history.remove(log, this.#storage.append([{ kind: 'remove', log }]))
  }

  async #look(): Promise<void> {
    const log = this.#storage.log(this.#pickLog())
    if (log !== undefined) await this.#history.look(log)
  }

  #begin(work: Promise<unknown>): void {
    work.catch(() => undefined)
    this.#underWay.push(work)
  }

  #pickLog(): LogId {
    const [first, ...others] = this.#history.logs
    return this.#random.pick([first as LogId, ...others])
  }
}
