import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { GroupPollRequest } from '@millrace/model/consumer-group'
import type { Offset } from '@millrace/model/offset'
import { LogError } from '@millrace/model/log-error'
import { recordsFrom } from '../embedded/read-records.ts'
import type { Ledger } from './ledger.ts'

/** One process that is a member of the group `g` and reads `t`, as it sees the world by the answers that it hears. */
export class ChurningMember {
  readonly name: string
  readonly instanceId: string | undefined
  /** What it believes that it reads. */
  reads: ReadonlySet<string> = new Set()
  /** When the server last heard of it, as far as it knows. */
  heardAtMs = 0
  /** What it got with its last answer, and has processed when it polls again: the next offset, by partition. */
  #hand = new Map<string, number>()
  #cursor: string | null = null

  constructor(name: string, instanceId: string | undefined) {
    this.name = name
    this.instanceId = instanceId
  }

  /** Another has taken its place: what it believes counts no more, and it has yet to be told so. */
  isTakenOver = false

  /** With `isLost` the answer does not reach it. It throws what it does not expect. */
  async poll(
    broker: EmbeddedBroker,
    ledger: Ledger,
    how: { readonly maxRecords: number; readonly isLost: boolean; readonly nowMs: number },
  ): Promise<void> {
    const isSignOfLife = how.maxRecords === 0
    if (!isSignOfLife) for (const [partition, next] of this.#hand) ledger.done(partition, next)
    if (this.isTakenOver && this.#cursor === null) return
    const joining = {
      topics: ['t'],
      memberId: this.name,
      ...(this.instanceId !== undefined && { instanceId: this.instanceId }),
    }
    const request: GroupPollRequest = {
      cursor: this.#cursor,
      commit: 'auto',
      start: 'earliest',
      maxRecords: how.maxRecords,
      maxBytes: 65_536,
      waitMs: 0,
      ...(this.#cursor === null && joining),
    }
    const poll = await broker.pollGroup('g', request).catch((error: unknown) => {
      // Its session ran out, or another has taken its place.
      if (!isOver(error)) throw error
      this.forget()
      return undefined
    })
    if (poll === undefined) return
    this.heardAtMs = how.nowMs
    if (how.isLost) return
    const nextOffsets: Offset[] = []
    if (!isSignOfLife) this.#hand = new Map()
    for (const { partition, offset, batches } of poll.fetched) {
      ledger.delivered(String(partition), offset, batches.nextOffset)
      for (const { value } of recordsFrom(batches.pieces, offset)) ledger.expectInOrder(value)
      this.#hand.set(String(partition), batches.nextOffset)
      nextOffsets.push(batches.nextOffset)
    }
    this.#cursor = poll.cursorAt(nextOffsets)
    this.reads = new Set(poll.assignment.flatMap(({ partitions }) => partitions.map(String)))
  }

  /** It knows of nothing any more. */
  forget(): void {
    this.#cursor = null
    this.#hand = new Map()
    this.reads = new Set()
  }

  /** The group was moved: what it has in hand of that partition says nothing. */
  moved(partition: string): void {
    this.#hand.delete(partition)
  }
}

function isOver(error: unknown): boolean {
  if (!(error instanceof LogError)) return false
  return error.code === 'UNKNOWN_MEMBER' || error.code === 'FENCED_MEMBER_EPOCH'
}
