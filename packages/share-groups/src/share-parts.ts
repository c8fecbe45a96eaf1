import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import type { RecordChunks } from './record-chunks.ts'
import type { ShareStore } from './share-store.ts'

/** A topic, as far as share groups have to do with it. */
export interface ShareTopic {
  readonly id: string
  readonly name: string
  /** By partition. */
  readonly logs: readonly Log[]
  /** The oldest first: how many partitions there were, and where each ended; undefined while that is not known. */
  readonly growths: readonly { readonly from: number; readonly ends?: readonly Offset[] }[]
}

export interface ShareTopics {
  findById(id: string): ShareTopic | undefined
  find(name: string): ShareTopic | undefined
}

/** What share groups are made of, and work with. */
export interface ShareParts {
  readonly store: ShareStore
  readonly time: SteadyTime
  readonly secret: Uint8Array
  readonly clock: Clock
  readonly topics: ShareTopics
  /** By its id; undefined once it is removed. */
  readonly findLog: (id: number) => Log | undefined
  readonly chunks: RecordChunks
  readonly config: ShareGroupsConfig
  /** Ends waits that end at nearly the same time together. Answers with what takes the call back. */
  readonly scheduleEnd: (delayMs: number, call: () => void) => () => void
  /** Told of what could not be done while nobody waits for it. */
  readonly onFailure: (group: string, error: unknown) => void
}

export interface ShareGroupsConfig {
  readonly groupsMax: number
  /** How far, in offsets, the newest record that was looked at may be from the first that is not settled. */
  readonly spanMax: number
  /** The longest append, in bytes. */
  readonly appendBytesMax: number
}

/** Milliseconds since the epoch that never go back, nor jump, in the life of a process: locks go by them. */
export class SteadyTime {
  readonly #clock: Clock
  readonly #epochMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#epochMs = clock.nowMs() - clock.monotonicMs()
  }

  nowMs(): number {
    return Math.round(this.#epochMs + this.#clock.monotonicMs())
  }
}
