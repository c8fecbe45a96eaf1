import type { LogId } from '@millrace/log/log'
import { RecordChunks } from '@millrace/share-groups/record-chunks'
import { ShareGroups } from '@millrace/share-groups/share-groups'
import { SteadyTime } from '@millrace/share-groups/share-parts'
import { ShareStore } from '@millrace/share-groups/share-store'
import type { IndexedState } from '@millrace/storage/indexed-state'
import { Deadlines } from './deadlines.ts'
import type { BrokerParts } from './parts.ts'
import type { TopicStore } from './topic-store.ts'

/** The share groups that `__share` tells of. */
export async function openShares(
  { storage, clock, config, logger }: Pick<BrokerParts, 'storage' | 'clock' | 'config' | 'logger'>,
  topics: TopicStore,
  state: IndexedState,
): Promise<ShareGroups> {
  const store = new ShareStore(state, clock)
  const deadlines = new Deadlines(clock)
  return ShareGroups.open({
    store,
    secret: await store.secret(),
    clock,
    time: new SteadyTime(clock),
    topics,
    findLog: (id) => storage.log(id as LogId),
    chunks: new RecordChunks(CHUNKS_MAX_BYTES),
    config: {
      groupsMax: config.shareGroupsMax,
      spanMax: config.shareSpanMax,
      appendBytesMax: storage.appendBytesMax,
    },
    scheduleEnd: (delayMs, call) => deadlines.schedule(delayMs, call),
    onFailure: (group, err) => logger.warn({ group, err }, 'a share group could not go on'),
  })
}

/** Of records that all share groups have read lately. */
const CHUNKS_MAX_BYTES = 32 * 1024 * 1024
