import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { parseStorageConfig } from '@millrace/storage/config'
import { StateIndex } from '@millrace/storage/state-index'
import { Storage } from '@millrace/storage/storage'
import type { RegistryLimits } from '../src/limits.ts'
import { decodeSchemaRecord } from '../src/schema-record.ts'
import { SchemaRegistry } from '../src/schema-registry.ts'
import { SCHEMAS_TOPIC, SchemaStore } from '../src/schema-store.ts'

/** A registry over a store with nothing but its log. */
export interface OpenedRegistry extends AsyncDisposable {
  readonly registry: SchemaRegistry
  readonly notes: readonly string[]
}

export async function openRegistry(
  directory: string,
  limits?: RegistryLimits,
): Promise<OpenedRegistry> {
  const storage = await Storage.open(NODE_DISK, directory, SYSTEM_CLOCK, CONFIG)
  if ([...storage.logs()].length === 0) {
    const log = storage.allocateLogId()
    const topicId = 'AAAAAAAAQAAAAAAAAAAAAA'
    const config = { ...LOG_CONFIG_DEFAULTS, maxMessageBytes: 8 * 1024 * 1024 }
    await storage.prepareLog({ log, directory: `${SCHEMAS_TOPIC}-0`, topicId, config })
    await storage.append([{ kind: 'create', log }])
  }
  const [log] = storage.logs()
  const definitions = [{ name: SCHEMAS_TOPIC, log: log!, decode: decodeSchemaRecord }]
  const index = await StateIndex.open(storage, NODE_DISK, SYSTEM_CLOCK, definitions)
  const store = new SchemaStore(index.state(SCHEMAS_TOPIC), SYSTEM_CLOCK)
  return {
    registry: new SchemaRegistry(store, () => undefined, limits),
    notes: index.notes,
    async [Symbol.asyncDispose]() {
      await storage.close()
      await index.close()
    },
  }
}

const CONFIG = parseStorageConfig({
  journalSlotBytes: 4 * 1024 * 1024,
  reserveBytes: 0,
  minFreeBytes: 0,
})

/** A record of longs; a name with a `?` has a default. */
export function recordOf(name: string, fields: readonly string[]): string {
  return JSON.stringify({
    type: 'record',
    name,
    fields: fields.map((field) => ({
      name: field.replace('?', ''),
      type: 'long',
      ...(field.endsWith('?') && { default: 0 }),
    })),
  })
}

/** What an answer was, or the code of what it was refused with. */
export async function outcomeOf<T>(asked: Promise<T>): Promise<T | string> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}
