import { cp } from 'node:fs/promises'
import { basename } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Disk } from '@millrace/disk/disk'
import { LOG_CONFIG_DEFAULTS, type LogConfig } from '@millrace/log/config'
import type { Log, LogId } from '@millrace/log/log'
import { headersOf } from '@millrace/log/log-end'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { type BatchOptions, encodeBatch } from '@millrace/model/batch-encoding'
import { LogError, type LogErrorCode } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { ManualClock } from '@millrace/testing/manual-clock'
import { expect } from 'vitest'
import type { Change, ChangeOutcome } from '../src/change.ts'
import { parseStorageConfig, type StorageConfig } from '../src/config.ts'
import { Storage } from '../src/storage.ts'

/** Little room, so that it is made quickly and used up quickly. */
export const TEST_STORE: StorageConfig = parseStorageConfig({
  journalSlotBytes: 256 * 1024,
  journalSlotsMax: 4,
  reserveBytes: 0,
  minFreeBytes: 0,
})

export interface StoreOptions {
  readonly disk?: Disk
  readonly clock?: ManualClock
  readonly config?: StorageConfig
}

export function openStore(directory: string, options: StoreOptions = {}): Promise<Storage> {
  const { disk = NODE_DISK, clock = new ManualClock(), config = TEST_STORE } = options
  return Storage.open(disk, directory, clock, config)
}

/** Makes a log and what a caller needs to use it. */
export async function createLog(
  storage: Storage,
  directory = 't-0',
  config: Partial<LogConfig> = {},
): Promise<Log> {
  const id = storage.allocateLogId()
  await storage.prepareLog({
    log: id,
    directory,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    config: { ...LOG_CONFIG_DEFAULTS, ...config },
  })
  await storage.append([{ kind: 'create', log: id }])
  return logOf(storage, id)
}

export function logOf(storage: Storage, id: LogId): Log {
  const log = storage.log(id)
  if (log === undefined) throw new Error(`There is no log ${id}.`)
  return log
}

/** Resolves once the log's high watermark is above `above`. */
export function reached(log: Log, above: Offset): Promise<void> {
  return new Promise((resolve, reject) => {
    log.watch(above, (failure) => (failure === undefined ? resolve() : reject(failure)))
  })
}

export function batchOf(
  values: readonly string[],
  options: Partial<BatchOptions> = {},
): Uint8Array {
  const records = values.map((value) => ({
    key: null,
    value: Buffer.from(value),
    headers: [],
    timestamp: 1_700_000_000_000,
  }))
  return encodeBatch({ ...options, records })
}

export function batches(log: Log, ...values: readonly string[]): Change {
  return { kind: 'batches', log: log.id, bytes: batchOf(values) }
}

export async function append(
  storage: Storage,
  ...changes: readonly Change[]
): Promise<readonly ChangeOutcome[]> {
  return storage.append(changes)
}

/** The values of all records that can be read. */
export async function valuesOf(log: Log, from = log.logStartOffset): Promise<readonly string[]> {
  const values: string[] = []
  let next: Offset = from
  while (next < log.highWatermark) {
    const { nextOffset, pieces } = await log.read(next, { maxBytes: 10_000 })
    for (const { offset, value } of pieces.flatMap(recordsOf)) {
      if (offset >= next) values.push(Buffer.from(value ?? []).toString())
    }
    next = nextOffset
  }
  return values
}

export function recordsOf(bytes: Uint8Array) {
  let at = 0
  return (headersOf(bytes) ?? []).flatMap((header) => {
    const records = decodeRecords(bytes, at, header, { maxBytes: 10_000_000 })
    at += header.sizeInBytes
    return records
  })
}

/** The data directory as `kill -9` would leave it at this moment, somewhere else. The lock stays with the living. */
export async function copyAsKilled(directory: string, copy: string): Promise<void> {
  await cp(directory, copy, {
    recursive: true,
    filter: (path) => !basename(path).startsWith('LOCK'),
  })
}

/** What it was refused with. */
async function failureOf(work: Promise<unknown>): Promise<LogError> {
  try {
    await work
  } catch (error) {
    if (error instanceof LogError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

export async function expectFailure(work: Promise<unknown>, code: LogErrorCode): Promise<LogError> {
  const error = await failureOf(work)
  expect(error.code).toBe(code)
  return error
}
