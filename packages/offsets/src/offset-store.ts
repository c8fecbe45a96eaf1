import { LogError } from '@millrace/model/log-error'
import type { LogRecord, RecordContent } from '@millrace/model/record'
import type { IndexedState, StateChange, StateDefinition } from '@millrace/storage/indexed-state'
import { type Commit, decodeCommit, encodeCommit } from './committed-offset.ts'
import { readHistory } from './offset-history.ts'
import {
  BY_GROUP,
  BY_TOPIC,
  decodeOffsetKey,
  encodeOffsetKey,
  groupPrefix,
  indexKeys,
  type OffsetKey,
  parseIndexKey,
  pastName,
  topicPrefix,
} from './offset-key.ts'

export interface StoredOffset extends OffsetKey {
  readonly commit: Commit
}

/**
 * The committed offsets of all groups: records of `__offsets`, durable when an answer is given, read through
 * an index. They belong to a topic's id, so that a topic made again under the same name has none.
 */
export class OffsetStore {
  readonly #state: IndexedState

  constructor(state: IndexedState) {
    this.#state = state
  }

  /** One append: all of them or none. */
  async commit(commits: readonly StoredOffset[]): Promise<void> {
    await this.#append(commits.map(({ commit, ...key }) => recordOf(key, commit)))
  }

  /** Takes committed offsets back. Not an error where there are none. All of them or none. */
  async remove(keys: readonly OffsetKey[], atMs: number): Promise<void> {
    await this.#append(keys.map((key) => recordOf(key, { committedAt: atMs })))
  }

  find(key: OffsetKey): Commit | undefined {
    const value = this.#state.get(indexKeys(key).byGroup)
    return value === undefined ? undefined : decodeCommit(value)
  }

  /** All of a group, or those in one topic, in the order of topic ids and partitions. */
  *ofGroup(group: string, topicId?: string): Generator<StoredOffset> {
    for (const { key, value } of this.#pages(groupPrefix(group, topicId))) {
      yield { ...parseIndexKey(key), commit: decodeCommit(value) }
    }
  }

  /** Names of groups that have committed offsets, in their order, past `after`; each is a search, when it is taken. */
  *groups(after?: string): Generator<string> {
    const from = after === undefined ? undefined : `${BY_GROUP}${after}!`
    for (const key of this.#names(BY_GROUP, from)) yield parseIndexKey(key).group
  }

  /** Whether it has a committed offset. */
  isKnown(group: string): boolean {
    return this.#state.range({ prefix: groupPrefix(group), limit: 1 }).length > 0
  }

  /** Every topic that a group has committed offsets in. */
  topicIds(): readonly string[] {
    return [...this.#names(BY_TOPIC)].map((key) => parseIndexKey(key).topicId)
  }

  /** What all groups committed in a topic, gone. Some at a time: the topic is gone already. */
  async removeTopic(topicId: string, atMs: number): Promise<void> {
    for (;;) {
      const page = this.#state.range({ prefix: topicPrefix(topicId), limit: PAGE })
      if (page.length === 0) return
      await this.remove(
        page.map(({ key }) => parseIndexKey(key)),
        atMs,
      )
    }
  }

  /** What was committed, newest first. */
  history(query: Parameters<typeof readHistory>[1]): ReturnType<typeof readHistory> {
    return readHistory(this.#state.log, query)
  }

  /** Whether its beginning has been let go of. */
  get isHistoryCut(): boolean {
    return this.#state.log.logStartOffset > 0
  }

  async #append(records: readonly RecordContent[]): Promise<void> {
    if (records.length === 0) return
    const bytes = records.reduce((sum, { key, value }) => sum + sizeOf(key) + sizeOf(value), 0)
    if (records.length > COMMITS_MAX || bytes > COMMIT_BYTES_MAX) {
      throw new LogError(
        'INVALID_REQUEST',
        `One commit takes ${COMMITS_MAX} offsets and ${COMMIT_BYTES_MAX} bytes at most. Send it in parts.`,
      )
    }
    await this.#state.append(records)
  }

  *#pages(prefix: string): Generator<{ readonly key: string; readonly value: Uint8Array }> {
    let after: string | undefined
    for (;;) {
      const query = { prefix, limit: PAGE, ...(after !== undefined && { after }) }
      const page = this.#state.range(query)
      yield* page
      after = page.at(-1)?.key
      if (page.length < PAGE) return
    }
  }

  /** The first key of each name, skipping from name to name. */
  *#names(prefix: string, from?: string): Generator<string> {
    let after = from
    for (;;) {
      const query = { prefix, limit: 1, ...(after !== undefined && { after }) }
      const [next] = this.#state.range(query)
      if (next === undefined) return
      yield next.key
      after = pastName(next.key)
    }
  }
}

export const OFFSETS_TOPIC = '__offsets'

/** For the index: what a record of `__offsets` changes. */
export const decodeOffsetRecord: StateDefinition['decode'] = (record: LogRecord) => {
  const key = decodeOffsetKey(record.key ?? NO_BYTES)
  const { byGroup, byTopic } = indexKeys(key)
  const isGone = record.value === null
  const changes: readonly StateChange[] = [
    { key: byGroup, value: record.value },
    { key: byTopic, value: isGone ? null : NO_BYTES },
  ]
  return changes
}

const NO_BYTES = new Uint8Array(0)
const PAGE = 1_000
const COMMITS_MAX = 10_000
/** Half of what an append may hold. */
const COMMIT_BYTES_MAX = 4 * 1024 * 1024

function recordOf(
  key: OffsetKey,
  commit: Commit | { readonly committedAt: number },
): RecordContent {
  return {
    key: encodeOffsetKey(key),
    value: 'offset' in commit ? encodeCommit(commit) : null,
    headers: [],
    timestamp: commit.committedAt,
  }
}

function sizeOf(bytes: Uint8Array | null): number {
  return bytes?.length ?? 0
}
