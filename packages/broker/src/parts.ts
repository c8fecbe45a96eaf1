import type { Clock } from '@millrace/disk/clock'
import type { Coordinator } from '@millrace/groups/coordinator'
import type { Cursors } from '@millrace/groups/cursors'
import type { OffsetStore } from '@millrace/offsets/offset-store'
import type { SchemaRegistry } from '@millrace/schemas/schema-registry'
import type { ShareGroups } from '@millrace/share-groups/share-groups'
import type { Storage } from '@millrace/storage/storage'
import type { BrokerConfig } from './config.ts'
import type { IdempotencyKeys } from './idempotency.ts'
import type { BrokerLogger } from './logger.ts'
import type { BrokerCounts } from './metrics.ts'
import type { OneAtATime } from '@millrace/storage/one-at-a-time'
import type { ProduceBudget } from './produce-budget.ts'
import type { ProducerIds } from './producer-ids.ts'
import type { Resolutions } from './resolutions.ts'
import type { RoomWatch } from './room-watch.ts'
import type { TopicStore } from './topic-store.ts'
import type { Waits } from './waits.ts'

/** What the broker's operations work with; `embedded-broker` makes it, once. */
export interface BrokerParts {
  readonly storage: Storage
  readonly clock: Clock
  readonly config: BrokerConfig
  readonly logger: BrokerLogger
  readonly topics: TopicStore
  readonly offsets: OffsetStore
  readonly groups: Coordinator
  /** What members take with them. */
  readonly cursors: Cursors
  /** Groups that begin in a topic. */
  readonly groupStarts: OneAtATime
  readonly resolutions: Resolutions
  readonly shares: ShareGroups
  /** Share groups that are made, altered and deleted. */
  readonly shareChanges: OneAtATime
  readonly schemas: SchemaRegistry
  readonly producerIds: ProducerIds
  readonly idempotency: IdempotencyKeys
  readonly budget: ProduceBudget
  readonly room: RoomWatch
  readonly waits: Waits
  readonly counts: BrokerCounts
}
