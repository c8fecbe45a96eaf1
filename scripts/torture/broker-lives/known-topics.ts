import assert from 'node:assert/strict'
import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { NotedTopic } from '../embedded/noted-broker.ts'

export interface KnownTopic extends NotedTopic {
  partitions: number
  retentionMs: number
}

/**
 * What clients know of topics: each change that was acknowledged holds in every later life, one without an answer may,
 * and nothing else happens.
 */
export class KnownTopics {
  readonly #topics = new Map<string, KnownTopic>()
  /** Each id that is gone for good. */
  readonly #deleted = new Set<string>()
  /** What may have happened, by name. */
  readonly #open = new Map<string, Change[]>()

  get all(): readonly KnownTopic[] {
    return [...this.#topics.values()]
  }

  find(name: string): KnownTopic | undefined {
    return this.#topics.get(name)
  }

  /** Before the change is asked for. Answers with what is to be told when it is acknowledged. */
  begin(change: Change): { readonly acknowledged: (id: string) => void } {
    const changes = this.#open.get(change.name) ?? []
    changes.push(change)
    this.#open.set(change.name, changes)
    return {
      acknowledged: (id) => {
        changes.splice(changes.indexOf(change), 1)
        this.#apply(change, id)
      },
    }
  }

  /** After a start: is everything as it must be? What is open is known from now on. */
  async check(broker: EmbeddedBroker): Promise<void> {
    const { topics } = await broker.listTopics({ limit: 1_000 })
    const found = new Map<string, KnownTopic>()
    for (const { name, id, partitions, internal } of topics) {
      if (internal) continue
      const { config } = await broker.describeTopic(name)
      found.set(name, { name, id, partitions, retentionMs: config.retentionMs })
      assert(!this.#deleted.has(id), `topic ${name} came back`)
    }
    for (const name of new Set([...found.keys(), ...this.#topics.keys()])) {
      this.#checkTopic(name, found.get(name))
    }
    this.#open.clear()
  }

  #checkTopic(name: string, found: KnownTopic | undefined): void {
    const known = this.#topics.get(name)
    const open = this.#open.get(name) ?? []
    const mayBe = (kind: Change['kind']) => open.some((change) => change.kind === kind)
    if (found === undefined) {
      assert(mayBe('delete'), `topic ${name} is lost`)
      this.#apply({ kind: 'delete', name }, '')
      return
    }
    if (known === undefined || known.id !== found.id) {
      assert(known === undefined || mayBe('delete'), `topic ${name} has another id`)
      assert(mayBe('create'), `topic ${name} was never asked for`)
    } else if (known.partitions !== found.partitions || known.retentionMs !== found.retentionMs) {
      const isAsked = open.some((change) => isSame(change, found))
      assert(isAsked, `topic ${name} has ${JSON.stringify(found)}, not ${JSON.stringify(known)}`)
    }
    if (known !== undefined && known.id !== found.id) this.#deleted.add(known.id)
    this.#topics.set(name, found)
  }

  #apply(change: Change, id: string): void {
    const { name } = change
    if (change.kind === 'delete') {
      const known = this.#topics.get(name)
      if (known !== undefined) this.#deleted.add(known.id)
      this.#topics.delete(name)
      return
    }
    const { partitions, retentionMs } = change
    this.#topics.set(name, { name, id, partitions, retentionMs })
  }
}

export type Change =
  | { readonly kind: 'delete'; readonly name: string }
  /** What the topic is like then. */
  | {
      readonly kind: 'create' | 'alter'
      readonly name: string
      readonly partitions: number
      readonly retentionMs: number
    }

function isSame(change: Change, { partitions, retentionMs }: KnownTopic): boolean {
  if (change.kind === 'delete') return false
  return change.partitions === partitions && change.retentionMs === retentionMs
}
