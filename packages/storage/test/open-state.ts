import { type Clock, SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import type { RecordContent } from '@millrace/model/record'
import { parseStorageConfig } from '../src/config.ts'
import type { IndexedState, StateDefinition } from '../src/indexed-state.ts'
import { StateIndex } from '../src/state-index.ts'
import { Storage } from '../src/storage.ts'

const CONFIG = parseStorageConfig({
  journalSlotBytes: 256 * 1024,
  reserveBytes: 0,
  minFreeBytes: 0,
})
const NAME = '__state'

/** A record's key is the key, its value the value. */
const decode: StateDefinition['decode'] = ({ key, value }) => [
  { key: Buffer.from(key ?? []).toString(), value },
]

/** A store with one internal topic, its index, and the state that it adds up to. */
export interface OpenedState extends AsyncDisposable {
  readonly storage: Storage
  readonly index: StateIndex
  readonly state: IndexedState
}

export async function openState(
  directory: string,
  clock: Clock = SYSTEM_CLOCK,
): Promise<OpenedState> {
  const storage = await Storage.open(NODE_DISK, directory, clock, CONFIG)
  if ([...storage.logs()].length === 0) {
    const log = storage.allocateLogId()
    const topicId = 'AAAAAAAAQAAAAAAAAAAAAA'
    const config = LOG_CONFIG_DEFAULTS
    await storage.prepareLog({ log, directory: `${NAME}-0`, topicId, config })
    await storage.append([{ kind: 'create', log }])
  }
  const [log] = storage.logs()
  const definitions = [{ name: NAME, log: log!, decode }]
  const index = await StateIndex.open(storage, NODE_DISK, clock, definitions)
  return {
    storage,
    index,
    state: index.state(NAME),
    async [Symbol.asyncDispose]() {
      await storage.close()
      await index.close()
    },
  }
}

export function put(key: string, value: string | null, timestamp = 1): RecordContent {
  return {
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: [],
    timestamp,
  }
}

export function contents(state: IndexedState, prefix = ''): readonly string[] {
  const entries = state.range({ prefix, limit: Infinity })
  return entries.map(({ key, value }) => `${key}=${String(value)}`)
}
