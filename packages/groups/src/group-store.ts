import type { Clock } from '@millrace/disk/clock'
import type { RecordContent } from '@millrace/model/record'
import type { IndexedState } from '@millrace/storage/indexed-state'
import { secretOf } from '@millrace/storage/state-secret'
import { textRecord } from '@millrace/storage/state-text'
import type { Group } from './group.ts'
import {
  decodeEpoch,
  decodeMember,
  encodeEpoch,
  encodeMember,
  EPOCHS_KEY,
  GROUP_PREFIX,
  groupKey,
  MEMBER_PREFIX,
  memberKey,
} from './group-record.ts'
import type { Member } from './member.ts'

/** Groups and their members, as records of `__groups`: durable when an answer is given. */
export class GroupStore {
  readonly #state: IndexedState
  readonly #clock: Clock

  constructor(state: IndexedState, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  /** What seals cursors: drawn once in a store's life. */
  secret(): Promise<Uint8Array> {
    return secretOf(this.#state, this.#clock)
  }

  /** All groups that ever had a member, with their members. */
  load(): ReadonlyMap<string, Group> {
    const groups = new Map<
      string,
      { readonly epoch: number; readonly members: Map<string, Member> }
    >()
    for (const { key, value } of this.#all(GROUP_PREFIX)) {
      const epoch = decodeEpoch(key, value)
      groups.set(key.slice(GROUP_PREFIX.length), { epoch, members: new Map() })
    }
    for (const { key, value } of this.#all(MEMBER_PREFIX)) {
      const { group, member } = decodeMember(key, value)
      groups.get(group)?.members.set(member.memberId, member)
    }
    return groups
  }

  /** The group's epoch and these of its members, as they are now; who is not among the members has left. */
  async save(name: string, group: Group, memberIds: Iterable<string>): Promise<void> {
    const members = [...memberIds].map((memberId) => {
      const member = group.members.get(memberId)
      const value = member === undefined ? null : encodeMember(member)
      return this.#record(memberKey(name, memberId), value)
    })
    await this.#state.append([this.#record(groupKey(name), encodeEpoch(group.epoch)), ...members])
  }

  /** A group without members, gone. What is made under its name begins at that epoch, or a later one. */
  async remove(name: string, epoch: number): Promise<void> {
    await this.#state.append([
      this.#record(groupKey(name), null),
      this.#record(EPOCHS_KEY, encodeEpoch(Math.max(epoch, this.firstEpoch()))),
    ])
  }

  /** Of a group that begins: above those of all groups that were deleted. */
  firstEpoch(): number {
    const value = this.#state.get(EPOCHS_KEY)
    return value === undefined ? 0 : decodeEpoch(EPOCHS_KEY, value)
  }

  #all(prefix: string) {
    return this.#state.range({ prefix, limit: Infinity })
  }

  #record(key: string, value: Uint8Array | null): RecordContent {
    return textRecord(this.#clock, key, value)
  }
}
