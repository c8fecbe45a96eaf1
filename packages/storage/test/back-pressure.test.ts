import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { append, batches, createLog, openStore, TEST_STORE, valuesOf } from './open-store.ts'

const KiB = 1024
const MiB = 1024 * KiB
/** Synced and in no segment yet: beyond it appends wait. */
const PENDING_BYTES_MAX = 32 * MiB
/** An entry of 15 pages. */
const VALUE = 'x'.repeat(60_000)
const ENTRY_BYTES = 15 * 4096

/** A disk on which the calls of one kind, to files that end so, wait while it is told to hold them. */
class HoldingDisk {
  #allowed: PromiseWithResolvers<void> | undefined

  of(operation: 'write' | 'rename', ending: string): FaultyDisk {
    return new FaultyDisk(NODE_DISK, (call) =>
      this.#allowed !== undefined && call.operation === operation && call.path.endsWith(ending)
        ? { kind: 'hold', until: this.#allowed.promise }
        : undefined,
    )
  }

  hold(): void {
    this.#allowed = Promise.withResolvers()
  }

  release(): void {
    this.#allowed?.resolve()
    this.#allowed = undefined
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

/** Long enough for what needs no time to be done, were it allowed. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 500; turn++) await nextTurn()
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('beyond 32 MiB that wait for their segments appends wait too, and go on when these are written', async () => {
  await using directory = await makeTempDirectory()
  const holding = new HoldingDisk()
  const config = { ...TEST_STORE, journalSlotBytes: 8 * MiB, journalSlotsMax: 8 }
  const storage = await openStore(directory.path, { disk: holding.of('write', '.log'), config })
  const log = await createLog(storage)
  holding.hold()
  const value = 'x'.repeat(MiB)
  let answered = 0
  const appends = Array.from({ length: 44 }, async () => {
    await append(storage, batches(log, value))
    answered++
  })
  await until(() => storage.metrics().pendingBytes > PENDING_BYTES_MAX)
  await someTurns()
  const { pendingBytes, waitingBytes } = storage.metrics()
  // The entry that goes over the limit was let in below it, and has 8 MiB at most.
  expect(pendingBytes).toBeGreaterThan(PENDING_BYTES_MAX)
  expect(pendingBytes).toBeLessThan(PENDING_BYTES_MAX + 9 * MiB)
  expect(waitingBytes).toBeGreaterThan(0)
  expect(answered).toBeLessThan(44)
  holding.release()
  await Promise.all(appends)
  expect(log.highWatermark).toBe(44)
  await storage.close()
})

test('what the disk frees sets the pace once a quarter of the journal is left', async () => {
  await using directory = await makeTempDirectory()
  const holding = new HoldingDisk()
  const clock = new ManualClock()
  const storage = await openStore(directory.path, {
    disk: holding.of('rename', 'checkpoint.tmp'),
    clock,
  })
  const log = await createLog(storage)
  const { journalBytesMax } = storage.metrics()
  // A checkpoint that takes a second, for four entries, and the one that made the log.
  for (let count = 0; count < 4; count++) await append(storage, batches(log, VALUE))
  holding.hold()
  const checkpoint = storage.checkpoint()
  await someTurns()
  clock.advance(1_000)
  holding.release()
  await checkpoint
  // From here on none is durable.
  holding.hold()
  let answered = 0
  const appendOne = () => append(storage, batches(log, VALUE)).then(() => answered++)
  while (storage.metrics().journalBytesUsed * 4 <= journalBytesMax * 3) await appendOne()
  const freedRate = 4 * ENTRY_BYTES + 4096
  expect(storage.metrics().drainRate).toBe(freedRate)
  const waitMs = (ENTRY_BYTES / freedRate) * 1_000
  const before = answered
  const waiting = appendOne()
  await someTurns()
  expect(answered, 'the entry that took the last of it is paid for first').toBe(before)
  clock.advance(waitMs - 1)
  await someTurns()
  expect(answered).toBe(before)
  clock.advance(1)
  await waiting
  holding.release()
  await storage.close()
})

test('without a file to be had, segments are written later; appends and the state go on', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock()
  let tries = 0
  let isOut = true
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) => {
    if (!isOut || operation !== 'open' || !/\.(log|index|timeindex)$/.test(path)) return undefined
    tries++
    return { kind: 'error', code: 'EMFILE' }
  })
  const storage = await openStore(directory.path, { disk, clock })
  const log = await createLog(storage)
  const values = ['a', 'b', 'c']
  for (const value of values) await append(storage, batches(log, value))
  const checkpoint = storage.checkpoint()
  for (let wanted = 1; wanted <= 3; wanted++) {
    await until(() => tries >= wanted)
    expect(tries).toBe(wanted)
    expect(storage.state.kind).toBe('ready')
    expect(await valuesOf(log), 'they are read from memory').toEqual(values)
    clock.advance(100)
  }
  await append(storage, batches(log, 'd'))
  isOut = false
  clock.advance(100)
  await checkpoint
  await storage.checkpoint()
  expect(log.pendingBytes).toBe(0)
  expect(await valuesOf(log)).toEqual([...values, 'd'])
  await storage.close()
})
