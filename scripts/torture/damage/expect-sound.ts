import { encodeBatch } from '@millrace/model/batch-encoding'
import { headersOf } from '@millrace/log/log-end'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { LEADER_EPOCH_AT, MAGIC_AT } from '@millrace/model/record-batch'
import type { Storage } from '@millrace/storage/storage'
import { type Harm, hidesEntry, mayRefuseToOpen, touches, touchesEntry } from './harm.ts'
import { type FileTree, MemoryDisk } from './memory-disk.ts'
import { openSample, type SampleBatch, type SampleLog, type SampleStore } from './sample-store.ts'

/** What became of a damaged store. */
export type Outcome =
  | 'opened, all there'
  | 'opened, and said what is damaged'
  | 'opened, a torn entry set aside'
  | 'opened, without last entries of which nothing was left'
  | 'refused to open, and said why'

/** Opens the damaged store and reads all of it. Throws when it answers with what was not written, or hides a loss. */
export async function expectSound(
  store: SampleStore,
  damaged: FileTree,
  harms: readonly Harm[],
): Promise<Outcome> {
  const disk = new MemoryDisk(damaged)
  let storage: Storage
  try {
    storage = await openSample(disk)
  } catch (error) {
    expectRefusal(error, harms)
    expectUnchanged(damaged, disk.tree)
    return 'refused to open, and said why'
  }
  const isTorn = storage.recovery.setAside.length > 0
  const firstHidden = firstHiddenEntry(store, harms)
  const isHidden = firstHidden < store.entryCount
  const expected = withoutEntries(store, harms, isTorn ? firstHidden - 1 : firstHidden)
  let isReported = false
  for (const log of expected) isReported = (await readLog(storage, log, harms)) || isReported
  expectNothingLost(store, damaged, disk.tree)
  await expectGoesOn(storage)
  await storage.close()
  if (isTorn) return 'opened, a torn entry set aside'
  if (isHidden) return 'opened, without last entries of which nothing was left'
  return isReported ? 'opened, and said what is damaged' : 'opened, all there'
}

type StoredLog = NonNullable<ReturnType<Storage['log']>>

function expectRefusal(error: unknown, harms: readonly Harm[]): void {
  if (!(error instanceof LogError) || !REFUSALS.includes(error.code)) {
    throw new Error('It failed to open, and not with an error of ours.', { cause: error })
  }
  if (harms.some(mayRefuseToOpen)) return
  throw new Error('It refused to open for harm that it can live with.', { cause: error })
}

const REFUSALS = ['DATA_DIRECTORY_DAMAGED', 'DATA_DIRECTORY_NEWER', 'NOT_A_DATA_DIRECTORY']

/** The last ones may be gone without a trace. */
function firstHiddenEntry(store: SampleStore, harms: readonly Harm[]): number {
  let first = store.entryCount
  while (first > 0 && harms.some((harm) => hidesEntry(store, harm, first - 1))) first--
  return first
}

/** All or nothing: what else was in an entry that was not whole is gone in every log. */
function withoutEntries(
  store: SampleStore,
  harms: readonly Harm[],
  first: number,
): readonly SampleLog[] {
  if (first === store.entryCount) return store.logs
  if (!harms.some((harm) => touchesEntry(store, harm, first))) {
    throw new Error('An entry was set aside that was not harmed.')
  }
  const isThere = ({ entry }: SampleBatch) => entry === undefined || entry < first
  return store.logs.map((log) => ({ ...log, batches: log.batches.filter(isThere) }))
}

/** Answers whether damage was reported. */
async function readLog(
  storage: Storage,
  expected: SampleLog,
  harms: readonly Harm[],
): Promise<boolean> {
  const log = [...storage.logs()].find(({ name }) => name === expected.name)
  if (log === undefined) throw new Error(`${expected.name} is gone, and nobody said so.`)
  const end = (expected.batches.at(-1)?.lastOffset ?? -1) + 1
  if (log.highWatermark !== end || log.logStartOffset !== 0) {
    const bounds = `${log.logStartOffset} to ${log.highWatermark}`
    throw new Error(`${expected.name} went from 0 to ${end}, and now goes from ${bounds}.`)
  }
  // Backwards first: where a read ended is remembered, and who reads on from there needs no index.
  for (const batch of expected.batches.toReversed()) {
    await readOnce(log, batch.baseOffset, 1, expected, harms)
    await findTime(log, batch, expected, harms)
  }
  let isReported = false
  for (let next = 0; next < end;) {
    const read = await readOnce(log, next, 1_000, expected, harms)
    isReported ||= read.isDamage
    next = read.next
  }
  return isReported
}

/** Answers where to go on. */
async function readOnce(
  log: StoredLog,
  from: number,
  maxBytes: number,
  expected: SampleLog,
  harms: readonly Harm[],
): Promise<{ readonly next: number; readonly isDamage: boolean }> {
  try {
    const { nextOffset, pieces } = await log.read(from as Offset, { maxBytes })
    return { next: expectRight(expected, from, nextOffset, Buffer.concat(pieces)), isDamage: false }
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'CORRUPT_SEGMENT') throw error
    const { damagedFrom, nextReadableOffset } = error.fields
    const end = (expected.batches.at(-1)?.lastOffset ?? -1) + 1
    const next = nextReadableOffset ?? end
    if (damagedFrom === undefined || damagedFrom > from || next <= from) {
      throw new Error(`A read from ${from} says that ${damagedFrom} to ${next} is lost.`, {
        cause: error,
      })
    }
    for (const batch of expected.batches) {
      const isLost = batch.lastOffset >= damagedFrom && batch.baseOffset < next
      if (!isLost || harms.some((harm) => touches(harm, batch))) continue
      const whole = `${batch.baseOffset} of ${expected.name}, at ${JSON.stringify(batch.place)}`
      throw new Error(`The batch ${whole}, was not harmed, and cannot be read.`, { cause: error })
    }
    return { next, isDamage: true }
  }
}

/** Whole batches without a gap from the one that holds `from`, byte for byte as they were. */
function expectRight(expected: SampleLog, from: number, nextOffset: number, bytes: Buffer): number {
  let at = 0
  let next = from
  for (const header of headersOf(bytes) ?? []) {
    const batch = expected.batches.find(({ baseOffset }) => baseOffset === header.baseOffset)
    const read = bytes.subarray(at, at + header.sizeInBytes)
    if (batch === undefined || !isSame(read, batch.bytes)) {
      throw new Error(`A read from ${from} of ${expected.name} answered with what was not written.`)
    }
    if (batch.baseOffset > next || batch.lastOffset < next) {
      throw new Error(`A read from ${from} of ${expected.name} left out ${next} without a word.`)
    }
    next = batch.lastOffset + 1
    at += header.sizeInBytes
  }
  if (at === 0 || at !== bytes.length || nextOffset !== next) {
    const what = `${bytes.length} bytes, whole batches to ${at}, and goes on at ${nextOffset}`
    throw new Error(`A read from ${from} of ${expected.name} answered with ${what}.`)
  }
  return next
}

/** Of the leader epoch neither CRC nor chain can tell, and no reader of ours asks. */
function isSame(read: Uint8Array, written: Uint8Array): boolean {
  const isBefore = Buffer.compare(
    read.subarray(0, LEADER_EPOCH_AT),
    written.subarray(0, LEADER_EPOCH_AT),
  )
  return isBefore === 0 && Buffer.compare(read.subarray(MAGIC_AT), written.subarray(MAGIC_AT)) === 0
}

async function findTime(
  log: StoredLog,
  batch: SampleBatch,
  expected: SampleLog,
  harms: readonly Harm[],
): Promise<void> {
  try {
    const found = await log.offsetForTimestamp(batch.timestamp)
    if (found === batch.baseOffset) return
    throw new Error(
      `Time ${batch.timestamp} of ${expected.name} is at ${batch.baseOffset}, and was found at ${found}.`,
    )
  } catch (error) {
    const isDamage = error instanceof LogError && error.code === 'CORRUPT_SEGMENT'
    const isHarmed = expected.batches.some((each) => harms.some((harm) => touches(harm, each)))
    if (!isDamage || !isHarmed) throw error
  }
}

function expectUnchanged(before: FileTree, after: FileTree): void {
  for (const [path, bytes] of before.files) {
    if (after.files.get(path)?.equals(bytes) === true) continue
    throw new Error(`It refused to open, and changed ${path}.`)
  }
}

/** Segments may gain the bytes that they had lost; nothing else that might still be needed is other than it was. */
function expectNothingLost(store: SampleStore, before: FileTree, after: FileTree): void {
  for (const [path, bytes] of before.files) {
    if (!isData(path)) continue
    const now = after.files.get(path)
    if (now === undefined || now.length < bytes.length)
      throw new Error(`${path} was cut or removed.`)
    if (now.subarray(0, bytes.length).equals(bytes)) continue
    const right = rightBytes(store, path)
    for (let at = 0; at < bytes.length; at++) {
      if (now[at] === bytes[at] || now[at] === right[at]) continue
      throw new Error(`${path}, byte ${at}: what was there is gone.`)
    }
  }
}

/** What the file held, and what replay brings to it. */
function rightBytes(store: SampleStore, path: string): Buffer {
  const log = store.logs.find(({ name }) => path.includes(`/${name}/`))
  const replayed = log?.batches.filter(({ place }) => place === undefined) ?? []
  const before = store.tree.files.get(path) ?? Buffer.alloc(0)
  return Buffer.concat([before, ...replayed.map(({ bytes }) => bytes)])
}

function isData(path: string): boolean {
  return !/(index|leader-epoch-checkpoint|producer-state|checkpoint|\.tmp)$/.test(path)
}

/** After all that a store which has opened takes more, and gives it back. */
async function expectGoesOn(storage: Storage): Promise<void> {
  for (const log of storage.logs()) {
    await storage.append([{ kind: 'batches', log: log.id, bytes: anotherBatch() }])
    const last = (log.highWatermark - 1) as Offset
    const { pieces } = await log.read(last, { maxBytes: 1 })
    if (!Buffer.concat(pieces).includes(ANOTHER_VALUE))
      throw new Error(`${log.name} does not go on.`)
  }
}

const ANOTHER_VALUE = 'and another'

function anotherBatch(): Uint8Array {
  const record = { key: null, value: Buffer.from(ANOTHER_VALUE), headers: [], timestamp: 0 }
  return encodeBatch({ records: [record] })
}
