import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { expect, test } from 'vitest'
import { parseStorageConfig, type StorageConfig } from '../src/config.ts'
import { Storage } from '../src/storage.ts'
import {
  append,
  batches,
  createLog,
  expectFailure,
  logOf,
  TEST_STORE,
  valuesOf,
} from './open-store.ts'

const MiB = 1024 * 1024
const DIRECTORY = '/data'
const CONFIG: StorageConfig = parseStorageConfig({ ...TEST_STORE, reserveBytes: MiB })

interface FullDisk {
  readonly disk: CrashingDisk
  readonly clock: ManualClock
  readonly storage: Storage
}

async function open(capacityBytes: number, config = CONFIG): Promise<FullDisk> {
  const disk = new CrashingDisk({ seed: 1, directory: DIRECTORY, capacityBytes })
  const clock = new ManualClock()
  const storage = await Storage.openAlone(disk, DIRECTORY, clock, config)
  return { disk, clock, storage }
}

/** Lets the clock go on until `isSo`. */
async function until(clock: ManualClock, isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    if (turn > 5_000) throw new Error('It never comes.')
    clock.advance(50)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('with too little free, records are refused and internal topics go on, until there is room again', async () => {
  const { clock, disk, storage } = await open(20 * MiB, { ...CONFIG, minFreeBytes: 4 * MiB })
  const log = await createLog(storage)
  const internal = await createLog(storage, '__offsets-0')
  await append(storage, batches(log, 'a'))
  disk.setCapacity(5 * MiB)
  await until(clock, () => storage.state.kind === 'full')
  const error = await expectFailure(append(storage, batches(log, 'b')), 'STORAGE_FULL')
  expect(error.fields).toMatchObject({ appended: false })
  await append(storage, batches(internal, 'committed'))
  await append(storage, { kind: 'logStart', log: log.id, logStartOffset: log.logEndOffset })
  expect(await valuesOf(internal)).toEqual(['committed'])
  disk.setCapacity(20 * MiB)
  await until(clock, () => storage.state.kind === 'ready')
  await append(storage, batches(log, 'c'))
  expect(await valuesOf(log)).toEqual(['c'])
  await storage.close()
})

test('a write behind that finds no room is repeated after the reserve is given up, and nothing is lost', async () => {
  const { clock, disk, storage } = await open(20 * MiB)
  const log = await createLog(storage)
  const values = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(10_000))
  for (const value of values) await append(storage, batches(log, value))
  const { freeBytes } = await disk.space()
  disk.setCapacity(20 * MiB - freeBytes)
  await storage.checkpoint()
  expect(storage.state.kind).toBe('full')
  expect(await disk.stat(`${DIRECTORY}/reserve`)).toBeUndefined()
  expect(await valuesOf(log)).toEqual(values)
  disk.setCapacity(20 * MiB)
  await until(clock, () => storage.state.kind === 'ready')
  expect(await disk.stat(`${DIRECTORY}/reserve`)).toMatchObject({ size: MiB })
  await append(storage, batches(log, 'more'))
  await storage.close()
})

test('without any room all appends are refused, reads go on from memory, and with room all goes on', async () => {
  const { clock, disk, storage } = await open(20 * MiB, { ...CONFIG, reserveBytes: 0 })
  const log = await createLog(storage)
  const internal = await createLog(storage, '__offsets-0')
  await append(storage, batches(log, 'x'.repeat(100_000)))
  const { freeBytes } = await disk.space()
  disk.setCapacity(20 * MiB - freeBytes)
  const checkpoint = storage.checkpoint()
  await until(clock, () => storage.state.kind === 'full')
  await expectFailure(append(storage, batches(log, 'b')), 'STORAGE_FULL')
  await expectFailure(append(storage, batches(internal, 'b')), 'STORAGE_FULL')
  expect((await valuesOf(log)).map((value) => value.length)).toEqual([100_000])
  disk.setCapacity(20 * MiB)
  await until(clock, () => storage.state.kind === 'ready')
  await checkpoint
  await append(storage, batches(log, 'b'))
  expect((await valuesOf(log)).length).toBe(2)
  await storage.close()
  const again = await Storage.openAlone(disk, DIRECTORY, clock, CONFIG)
  expect(again.recovery.wasClean).toBe(true)
  await again.close()
})

test('a disk too small to begin on is told with what the store takes, and is begun on when it is larger', async () => {
  const disk = new CrashingDisk({ seed: 1, directory: DIRECTORY, capacityBytes: MiB / 2 })
  const open = () => Storage.openAlone(disk, DIRECTORY, new ManualClock(), CONFIG)
  const error = await expectFailure(open(), 'STORAGE_FULL')
  expect(error.detail).toContain(
    `${DIRECTORY} takes 2 MiB to begin with: 1 MiB of storage.reserveBytes`,
  )
  disk.setCapacity(20 * MiB)
  await (await open()).close()
})

test('a stop does not wait for room that does not come, and the next start has everything', async () => {
  const { clock, disk, storage } = await open(20 * MiB)
  const log = await createLog(storage)
  await append(storage, batches(log, 'x'.repeat(100_000)))
  const { freeBytes } = await disk.space()
  disk.setCapacity(20 * MiB - MiB - freeBytes)
  let closed: unknown
  storage.close().catch((error: unknown) => (closed = error))
  await until(clock, () => closed !== undefined)
  expect(closed).toMatchObject({ code: 'STORAGE_FAILED' })
  const found = disk.kill()
  found.setCapacity(20 * MiB)
  const again = await Storage.openAlone(found, DIRECTORY, clock, CONFIG)
  expect((await valuesOf(logOf(again, log.id))).map((value) => value.length)).toEqual([100_000])
  await again.close()
})

test('several writes that find no room at once take the reserve together, and internal topics go on', async () => {
  const { clock, disk, storage } = await open(20 * MiB)
  const internal = await createLog(storage, '__offsets-0')
  const logs = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  for (const log of logs) await append(storage, batches(log, 'x'.repeat(100_000)))
  const { freeBytes } = await disk.space()
  disk.setCapacity(20 * MiB - freeBytes)
  let isOver = false
  const checkpoint = storage.checkpoint().finally(() => (isOver = true))
  await until(clock, () => isOver || storage.state.kind === 'full')
  for (let times = 0; times < 20; times++) {
    await append(storage, batches(internal, `committed ${times}`))
    clock.advance(10)
  }
  await until(clock, () => isOver)
  await checkpoint
  expect(await disk.stat(`${DIRECTORY}/reserve`)).toBeUndefined()
  disk.setCapacity(20 * MiB)
  await storage.close()
})
