import { randomBytes } from 'node:crypto'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import type { LogId } from '@millrace/log/log'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'

/** The storage engine alone, in this process, with logs `bench-0`, `bench-1`, … */
export async function openEngine(
  directory: string,
  logCount: number,
): Promise<{ readonly storage: Storage; readonly logs: readonly LogId[] }> {
  const storage = await Storage.open(NODE_DISK, directory, SYSTEM_CLOCK, parseStorageConfig({}))
  const topicId = randomBytes(16).toString('base64url')
  const logs = Array.from({ length: logCount }, () => storage.allocateLogId())
  for (const [index, log] of logs.entries()) {
    await storage.prepareLog({
      log,
      directory: `bench-${index}`,
      topicId,
      config: LOG_CONFIG_DEFAULTS,
    })
  }
  await storage.append(logs.map((log) => ({ kind: 'create', log })))
  return { storage, logs }
}

/**
 * Appends over and over, `waiting` of them at a time, each durable before the next of its kind. Appends a second. The
 * engine stamps the bytes where they lie and keeps them until they are in a segment, so each append brings its own: the
 * next of a ring that holds more than the engine keeps, so that allocating memory is not what is measured.
 */
export async function runAppends(
  storage: Storage,
  load: { readonly batch: Uint8Array; readonly waiting: number; readonly nextLog: () => LogId },
  seconds: number,
): Promise<number> {
  const ring = Array.from({ length: RING_LENGTH }, () => new Uint8Array(load.batch))
  const started = performance.now()
  const ends = started + seconds * 1000
  let count = 0
  const appendUntilTheEnd = async (): Promise<void> => {
    while (performance.now() < ends) {
      const bytes = ring[count % RING_LENGTH] ?? load.batch
      bytes.set(load.batch)
      count++
      await storage.append([{ kind: 'batches', log: load.nextLog(), bytes }])
    }
  }
  await Promise.all(Array.from({ length: load.waiting }, appendUntilTheEnd))
  return count / ((performance.now() - started) / 1000)
}

/** More than may wait; and of batches of 1 MiB, four times what the engine keeps before it is in a segment. */
const RING_LENGTH = 128
