import { LogError } from '@millrace/model/log-error'
import type { GroupStore } from './group-store.ts'
import { type Group, hasNews } from './group.ts'
import type { Member } from './member.ts'
import { Sessions } from './sessions.ts'
import type { TopicPartition } from './topic-partition.ts'

/** A member, and the epoch in which it is what it is here. */
export interface Standing {
  readonly member: Member
  readonly epoch: number
}

/** A group in use: what it is, who waits for a change of it, and what of it is not on disk yet. */
export class LiveGroup {
  readonly name: string
  readonly sessions: Sessions
  /** By topic id: how often the topic had grown when the group came past the growth. Found again when it is lost. */
  readonly growthsPassed = new Map<string, number>()
  readonly #store: GroupStore
  /** Each with the member that it waits for. */
  readonly #waiting = new Map<() => void, string>()
  readonly #heldUp = new Set<() => void>()
  /** Committed offsets that are being moved: until they are, nobody reads there, or commits. */
  readonly #suspended = new Map<TopicPartition, number>()
  #group: Group
  #progress = 0
  #unsaved = new Set<string>()
  #isUnsaved = false
  #saving: Promise<void> = Promise.resolve()

  constructor(name: string, group: Group, store: GroupStore, sessionTimeoutMs: number) {
    this.name = name
    this.sessions = new Sessions(sessionTimeoutMs)
    this.#group = group
    this.#store = store
  }

  get group(): Group {
    return this.#group
  }

  /** UNKNOWN_MEMBER; FENCED_MEMBER_EPOCH for what a member said in an earlier life, or in none. */
  standing(memberId: string, epoch: number): Standing {
    const { members, epoch: currentEpoch } = this.#group
    const member = members.get(memberId)
    if (member === undefined) {
      throw new LogError(
        'UNKNOWN_MEMBER',
        `${memberId} is not in group ${this.name}: it left, or was silent for too long.`,
        { appended: false },
      )
    }
    if (epoch >= member.joinedEpoch && epoch <= currentEpoch) return { member, epoch: currentEpoch }
    throw this.fenced(`${memberId} has joined again since epoch ${epoch}.`)
  }

  fenced(why: string): LogError {
    const currentEpoch = this.#group.epoch
    return new LogError('FENCED_MEMBER_EPOCH', why, { currentEpoch, appended: false })
  }

  /** What `member` knows of a partition, from an answer of `epoch`, counts. */
  counts({ held }: Member, key: TopicPartition, epoch: number): boolean {
    const holding = held.get(key)
    return holding !== undefined && holding.sinceEpoch <= epoch && !this.#suspended.has(key)
  }

  /** Its committed offset is being moved. */
  isSuspended(key: TopicPartition): boolean {
    return this.#suspended.has(key)
  }

  /** The group is another one from now on. It is on disk when `saved` resolves. */
  become(next: Group): void {
    const before = this.#group
    if (next === before) return
    this.#group = next
    this.#isUnsaved = true
    for (const memberId of new Set([...before.members.keys(), ...next.members.keys()])) {
      const member = next.members.get(memberId)
      if (member !== before.members.get(memberId)) this.#unsaved.add(memberId)
      if (member === undefined) this.sessions.forget(memberId)
    }
    for (const [wake, memberId] of this.#waiting) {
      const isOther = next.members.get(memberId) !== before.members.get(memberId)
      if (isOther || hasNews(next, memberId)) wake()
    }
  }

  /** Everything up to now is on disk. What could not be written is tried again by whoever asks next. */
  async saved(): Promise<void> {
    for (;;) {
      if (this.#isUnsaved) this.#saving = this.#save()
      const saving = this.#saving
      await saving
      if (saving === this.#saving && !this.#isUnsaved) return
    }
  }

  /** Calls once there may be something new for the member; until that is taken back. */
  onChange(memberId: string, wake: () => void): void {
    this.#waiting.set(wake, memberId)
  }

  offChange(wake: () => void): void {
    this.#waiting.delete(wake)
  }

  /** How often the group has committed something. */
  get progress(): number {
    return this.#progress
  }

  /** Calls when the group has committed something; until that is taken back. */
  onProgress(wake: () => void): void {
    this.#heldUp.add(wake)
  }

  offProgress(wake: () => void): void {
    this.#heldUp.delete(wake)
  }

  /** The group has committed something. */
  progressed(): void {
    this.#progress++
    for (const wake of this.#heldUp) wake()
  }

  /** There may be something new for everybody. */
  wakeAll(): void {
    for (const wake of this.#waiting.keys()) wake()
  }

  async suspended<Result>(
    keys: readonly TopicPartition[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    for (const key of keys) this.#suspended.set(key, (this.#suspended.get(key) ?? 0) + 1)
    try {
      return await work()
    } finally {
      for (const key of keys) {
        const left = (this.#suspended.get(key) ?? 0) - 1
        if (left > 0) this.#suspended.set(key, left)
        else this.#suspended.delete(key)
      }
      this.wakeAll()
    }
  }

  async #save(): Promise<void> {
    const memberIds = this.#unsaved
    this.#unsaved = new Set()
    this.#isUnsaved = false
    try {
      await this.#store.save(this.name, this.#group, memberIds)
    } catch (error) {
      this.#isUnsaved = true
      for (const memberId of memberIds) this.#unsaved.add(memberId)
      throw error
    }
  }
}
