import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { decodeOffsetRecord, OFFSETS_TOPIC, OffsetStore } from '@millrace/offsets/offset-store'
import { Coordinator } from '@millrace/groups/coordinator'
import { Cursors } from '@millrace/groups/cursors'
import { GROUPS_TOPIC } from '@millrace/groups/group-record'
import { GroupStore } from '@millrace/groups/group-store'
import { decodeSchemaRecord } from '@millrace/schemas/schema-record'
import { SchemaRegistry } from '@millrace/schemas/schema-registry'
import { SCHEMAS_TOPIC, SchemaStore } from '@millrace/schemas/schema-store'
import { decodeShareRecord, SHARE_TOPIC } from '@millrace/share-groups/share-record'
import { LogError } from '@millrace/model/log-error'
import type { StorageConfig } from '@millrace/storage/config'
import { trimHistory } from '@millrace/storage/state-history'
import { RetentionClock } from '@millrace/storage/retention'
import { StateIndex } from '@millrace/storage/state-index'
import { Storage } from '@millrace/storage/storage'
import { decodeAsItIs } from '@millrace/storage/state-text'
import { adoptLogs } from './adopt-logs.ts'
import type { BrokerConfig } from './config.ts'
import { type Chore, Housekeeping } from './housekeeping.ts'
import { IdempotencyKeys } from './idempotency.ts'
import { type InternalLogs, openInternalLogs } from './internal-topics.ts'
import { LagGauge } from './lag-gauge.ts'
import type { BrokerLogger } from './logger.ts'
import { BrokerCounts } from './metrics.ts'
import type { BrokerParts } from './parts.ts'
import { OneAtATime } from '@millrace/storage/one-at-a-time'
import { ProduceBudget } from './produce-budget.ts'
import { ProducerIds } from './producer-ids.ts'
import { expireTopics } from './retention.ts'
import { Resolutions } from './resolutions.ts'
import { TOPICS_TOPIC } from './topic-record.ts'
import { RoomWatch } from './room-watch.ts'
import { openShares } from './open-shares.ts'
import { isGrowing, TopicStore } from './topic-store.ts'
import { Waits } from './waits.ts'

/** Everything that an open broker consists of. */
export interface OpenedBroker {
  readonly parts: BrokerParts
  readonly index: StateIndex
  readonly housekeeping: Housekeeping
  readonly lag: LagGauge
}

/** In order: storage, its internal topics, what they add up to. */
export async function openParts(
  disk: Disk,
  directory: string,
  clock: Clock,
  config: { readonly broker: BrokerConfig; readonly storage: StorageConfig },
  logger: BrokerLogger,
): Promise<OpenedBroker> {
  const storage = await Storage.open(disk, directory, clock, config.storage)
  try {
    const logs = await openInternalLogs(storage, clock)
    const index = await StateIndex.open(storage, disk, clock, [
      { name: TOPICS_TOPIC, log: logs.topics, decode: decodeAsItIs },
      { name: OFFSETS_TOPIC, log: logs.offsets, decode: decodeOffsetRecord },
      { name: GROUPS_TOPIC, log: logs.groups, decode: decodeAsItIs },
      { name: SHARE_TOPIC, log: logs.share, decode: decodeShareRecord },
      { name: SCHEMAS_TOPIC, log: logs.schemas, decode: decodeSchemaRecord },
    ])
    try {
      for (const note of index.notes) logger.warn({ note }, 'index')
      const base = { storage, clock, config: config.broker, logger }
      const parts = await makeParts(base, index, logs)
      await adoptLogs(parts)
      await parts.topics.completeGrowths()
      await removeOrphanedOffsets(parts)
      const lag = new LagGauge(parts.topics, parts.offsets, clock)
      const housekeeping = new Housekeeping(clock, logger, [
        { name: 'lag', everyMs: LAG_EVERY_MS, run: () => lag.refresh() },
        ...choresOf(parts, index, disk),
      ])
      return { parts, index, housekeeping, lag }
    } catch (error) {
      await index.close()
      throw error
    }
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function makeParts(
  base: Pick<BrokerParts, 'storage' | 'clock' | 'config' | 'logger'>,
  index: StateIndex,
  logs: InternalLogs,
): Promise<BrokerParts> {
  const { storage, clock, config } = base
  const topicState = index.state(TOPICS_TOPIC)
  const { idempotencyWindowMs, produceBudgetBytes, topicDefaults } = config
  const topics = new TopicStore(storage, topicState, clock, topicDefaults)
  const groupStore = new GroupStore(index.state(GROUPS_TOPIC), clock)
  return {
    ...base,
    topics,
    groups: new Coordinator({
      store: groupStore,
      clock,
      config: {
        sessionTimeoutMs: config.groupSessionTimeoutMs,
        groupsMax: config.groupsMax,
        membersMax: config.groupMembersMax,
      },
      partitionCount: (topicId) => topics.findById(topicId)?.logs.length ?? 0,
      onFailure: (err) => base.logger.warn({ err }, 'a change of a group is not written yet'),
    }),
    cursors: new Cursors(await groupStore.secret()),
    groupStarts: new OneAtATime(),
    resolutions: new Resolutions(),
    shares: await openShares(base, topics, index.state(SHARE_TOPIC)),
    shareChanges: new OneAtATime(),
    schemas: new SchemaRegistry(new SchemaStore(index.state(SCHEMAS_TOPIC), clock), () =>
      expectRoom(storage),
    ),
    producerIds: new ProducerIds(storage, topicState, clock),
    offsets: new OffsetStore(index.state(OFFSETS_TOPIC)),
    idempotency: await IdempotencyKeys.open(storage, logs.produce, clock, {
      windowMs: idempotencyWindowMs,
      logger: base.logger,
    }),
    budget: new ProduceBudget(clock, produceBudgetBytes),
    room: new RoomWatch(base.logger),
    waits: new Waits(clock),
    counts: new BrokerCounts(),
  }
}

/** What is left on a nearly full disk is for commits, and for what frees some. */
function expectRoom({ state }: Storage): void {
  if (state.kind !== 'full') return
  throw new LogError('STORAGE_FULL', 'No schema is taken.', { appended: false })
}

/** A crash may have come between a topic's end and that of its committed offsets. */
async function removeOrphanedOffsets({ topics, offsets, clock }: BrokerParts): Promise<void> {
  for (const topicId of offsets.topicIds()) {
    if (topics.findById(topicId) === undefined) await offsets.removeTopic(topicId, clock.nowMs())
  }
}

/** What could not be written down when a topic grew: until it is, groups do not read on. */
async function completeGrowths({ topics, groups, shares }: BrokerParts): Promise<void> {
  if (!topics.all().some(isGrowing)) return
  await topics.inTurn(async () => topics.completeGrowths())
  groups.topicsChanged()
  shares.topicsChanged()
}

function choresOf(parts: BrokerParts, index: StateIndex, disk: Disk): readonly Chore[] {
  const { storage, clock, config, idempotency } = parts
  const trusted = new RetentionClock(clock, 0)
  const everyMs = config.housekeepingIntervalMs
  const historyOf = (name: string, historyMs: number): Chore => ({
    name: `history of ${name}`,
    everyMs,
    run: () => trimHistory(storage, disk, trusted, index, { state: index.state(name), historyMs }),
  })
  return [
    { name: 'retention', everyMs, run: () => expireTopics(parts) },
    { name: 'idempotency keys', everyMs, run: () => idempotency.forgetOld() },
    { name: 'growths', everyMs, run: () => completeGrowths(parts) },
    { name: 'index', everyMs, run: () => index.expectNoProblem() },
    historyOf(TOPICS_TOPIC, config.offsetHistoryMs),
    historyOf(OFFSETS_TOPIC, config.offsetHistoryMs),
    historyOf(GROUPS_TOPIC, config.offsetHistoryMs),
    historyOf(SHARE_TOPIC, config.offsetHistoryMs),
    historyOf(SCHEMAS_TOPIC, config.offsetHistoryMs),
  ]
}

/** How old what the metrics page shows of lag may be. */
const LAG_EVERY_MS = 10_000
