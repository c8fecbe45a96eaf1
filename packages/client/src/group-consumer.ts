import type { Connection } from './connection.ts'
import type { ConsumedRecord } from './consumed-record.ts'
import type { GroupAnswer } from './group-answer.ts'
import { type Assignment, GroupMembership, isGone, isOver } from './group-membership.ts'
import { Heartbeat } from './heartbeat.ts'
import type { CallOptions } from './http.ts'
import { MillraceError } from './millrace-error.ts'
import { createOffsets, type OffsetCommit } from './offsets.ts'

export interface GroupConsumerOptions extends CallOptions {
  /**
   * A static member's name: who comes back under it, within the session timeout, has its partitions again. Such a
   * member does not leave when it is closed.
   */
  readonly instanceId?: string
  /** Where the group begins in a topic in which it has not committed yet. `earliest` unless told otherwise. */
  readonly start?: 'earliest' | 'latest'
  /** False commits only by `commit`. True unless told otherwise. */
  readonly autoCommit?: boolean
  /**
   * Of one poll, rounded up to whole stored batches; what it brings is committed together. 500 unless told otherwise.
   */
  readonly maxRecords?: number
  /** Of one poll, in stored bytes. 1 MiB unless told otherwise. */
  readonly maxBytes?: number
  /** How long a poll waits for records. 30,000 unless told otherwise. */
  readonly waitMs?: number
  /** Told of what the member reads, whenever that changes. */
  readonly onAssignment?: (assignment: Assignment) => void
  /**
   * Told of partitions before they go to another member: that happens with the poll after, when all that was read of
   * them is processed. Waited for. Without `autoCommit`, this is where to commit.
   */
  readonly onRevoked?: (partitions: Assignment) => void | Promise<void>
  /** Told when the member was silent for too long: others have its partitions. It joins again by itself. */
  readonly onLost?: (partitions: Assignment) => void
  /**
   * Called when records are gone that should have come next, and the group goes on behind them. Without it the loop
   * ends with OFFSET_OUT_OF_RANGE: nothing is skipped in silence.
   */
  readonly onSkip?: (skipped: GroupAnswer['skipped'][number]) => void
}

/**
 * The records that fall to one member of a consumer group, as an async iterator; those of a partition in their order.
 *
 *     for await (const record of consumer) await handle(record)
 *
 * A turn of the loop that ends has processed its record. What a poll brought is committed together, with the next poll;
 * while the handler works, the server hears of the member. A turn that is left by `break` or an exception has not
 * processed its record, which comes first when the loop is entered again.
 */
export class GroupConsumer implements AsyncDisposable {
  readonly group: string
  readonly #connection: Connection
  readonly #options: GroupConsumerOptions
  readonly #membership: GroupMembership
  readonly #heartbeat: Heartbeat
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  #records: readonly ConsumedRecord[] = []
  /** Of the record that the next turn gets. */
  #index = 0
  /** Of these records, those before are processed. */
  #processed = 0
  /** Processed, and not committed as far as this member knows: the next offset of each partition. */
  #positions = new Map<string, Position>()
  /** Of the answer that brought the records: what was learnt by it says nothing of what came after. */
  #epoch = 0
  /** What a callback threw while nobody could be told. */
  #thrown: { readonly error: unknown } | undefined
  #isInTurn = false
  #revoked: Assignment = []
  #assignment = ''

  constructor(
    connection: Connection,
    group: string,
    topics: readonly string[],
    options: GroupConsumerOptions = {},
  ) {
    if (topics.length === 0) throw new TypeError('A member of a group reads one topic or more.')
    this.group = group
    this.#connection = connection
    this.#options = options
    this.#membership = new GroupMembership(connection, {
      group,
      topics,
      instanceId: options.instanceId,
      commit: options.autoCommit === false ? 'none' : 'auto',
      start: options.start ?? 'earliest',
      maxRecords: options.maxRecords ?? MAX_RECORDS,
      maxBytes: options.maxBytes ?? MAX_BYTES,
      waitMs: options.waitMs ?? WAIT_MS,
    })
    const { signal } = this.#stop
    this.#signal = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal])
    this.#heartbeat = new Heartbeat(async () => this.#beat())
  }

  /** Its name in the group. */
  get memberId(): string {
    return this.#membership.memberId
  }

  /** What it reads at present, as far as it has been told. */
  get assignment(): Assignment {
    return this.#membership.assignment
  }

  /** Commits, on disk when it resolves, what is processed; with `through`, also the record of the turn under way. */
  async commit({ through, signal }: CallOptions & { readonly through?: ConsumedRecord } = {}) {
    if (through !== undefined && through === this.#records[this.#index - 1]) this.#noteTurn()
    const byEpoch = Map.groupBy(this.#positions.values(), ({ epoch }) => epoch)
    for (const [epoch, positions] of byEpoch) await this.#commit(epoch, positions, signal)
  }

  async #commit(
    memberEpoch: number,
    positions: readonly Position[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { memberId } = this.#membership
    const offsets = positions.map(({ commit }) => commit)
    const member = { memberId, memberEpoch }
    await createOffsets(this.#connection).commit(this.group, offsets, { member, signal })
    for (const position of positions) {
      const key = keyOf(position.commit)
      // The loop may have gone on meanwhile.
      if (this.#positions.get(key) === position) this.#positions.delete(key)
    }
  }

  /** Ends the loop, commits what is processed (unless `autoCommit` is false), and leaves the group. */
  async close({ signal }: CallOptions = {}): Promise<void> {
    this.#stop.abort(new DOMException('The consumer is closed.', 'AbortError'))
    await this.#heartbeat.stop()
    try {
      if (this.#options.autoCommit !== false) await this.#commitEach(signal)
    } finally {
      this.#records = []
      if (this.#options.instanceId === undefined) await this.#membership.leave(signal)
    }
  }

  /** Partition by partition: where the group was moved, or another reads by now, what was processed counts no more. */
  async #commitEach(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.commit({ signal })
    } catch (error) {
      if (!isOver(error)) throw error
      for (const position of this.#positions.values()) {
        await this.#commit(position.epoch, [position], signal).catch((reason: unknown) => {
          if (!isOver(reason)) throw reason
        })
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<ConsumedRecord, undefined> {
    return {
      next: async () => this.#nextTurn(),
      return: async () => this.#leaveTurn(),
    }
  }

  async #nextTurn(): Promise<IteratorResult<ConsumedRecord, undefined>> {
    if (this.#isInTurn) this.#noteTurn()
    this.#isInTurn = false
    try {
      for (;;) {
        this.#signal.throwIfAborted()
        this.#throwWhatWasThrown()
        const record = this.#records[this.#index]
        if (record !== undefined) {
          this.#index++
          this.#isInTurn = true
          this.#heartbeat.start(this.#membership.heartbeatIntervalMs)
          return { done: false, value: record }
        }
        await this.#poll()
      }
    } catch (error) {
      // Closed while it waited: the loop ends, and that is all.
      if (this.#stop.signal.aborted) return { done: true, value: undefined }
      throw error
    }
  }

  /** Left half-way: the record of this turn comes again, unless it was committed. */
  #leaveTurn(): IteratorReturnResult<undefined> {
    if (this.#isInTurn && this.#processed < this.#index) this.#index--
    this.#isInTurn = false
    void this.#heartbeat.stop()
    return { done: true, value: undefined }
  }

  /** The record of the turn under way. */
  #noteTurn(): void {
    this.#processed = this.#index
    const record = this.#records[this.#index - 1]
    if (record === undefined) return
    const { topic, partition, offset } = record
    const commit = { topic, partition, offset: offset + 1 }
    this.#positions.set(keyOf(record), { epoch: this.#epoch, commit })
  }

  async #poll(): Promise<void> {
    await this.#heartbeat.stop()
    await this.#reportRevoked()
    const answer = await this.#askOrJoin()
    this.#keepPositions(this.#options.autoCommit === false ? answer : NOTHING_HELD)
    this.#records = answer.records
    this.#epoch = answer.memberEpoch
    this.#index = 0
    this.#processed = 0
    this.#hear(answer)
    this.#skip(answer.skipped)
  }

  /** Of what it has still; the rest is others' to commit. */
  #keepPositions({ assignment, revoked }: Pick<GroupAnswer, 'assignment' | 'revoked'>): void {
    const held = new Set(
      [...assignment, ...revoked].flatMap(({ topic, partitions }) =>
        partitions.map((partition) => keyOf({ topic, partition })),
      ),
    )
    for (const key of this.#positions.keys()) if (!held.has(key)) this.#positions.delete(key)
  }

  async #askOrJoin(): Promise<GroupAnswer> {
    try {
      return await this.#membership.poll(this.#signal)
    } catch (error) {
      if (!isGone(error)) throw error
      this.#lose()
      return this.#membership.poll(this.#signal)
    }
  }

  /** Of what fails, the member that is gone is noticed here; the rest may be over by the next time. */
  async #beat(): Promise<void> {
    const answer = await this.#membership.beat(this.#signal).catch((error: unknown) => {
      return isGone(error) ? 'gone' : undefined
    })
    try {
      if (answer === 'gone') this.#lose()
      else if (answer !== undefined) this.#hear(answer)
    } catch (error) {
      // A callback's own: for whoever asks for the next record.
      this.#thrown = { error }
    }
  }

  #lose(): void {
    const { assignment } = this.#membership
    this.#membership.forget()
    this.#records = []
    this.#index = 0
    this.#processed = 0
    this.#positions.clear()
    this.#isInTurn = false
    this.#revoked = []
    this.#assignment = ''
    this.#options.onLost?.(assignment)
  }

  #hear({ assignment, revoked }: GroupAnswer): void {
    if (revoked.length > 0) this.#revoked = revoked
    const text = JSON.stringify(assignment)
    if (text === this.#assignment) return
    this.#assignment = text
    this.#options.onAssignment?.(assignment)
  }

  async #reportRevoked(): Promise<void> {
    const revoked = this.#revoked
    this.#revoked = []
    if (revoked.length > 0) await this.#options.onRevoked?.(revoked)
  }

  #skip(skipped: GroupAnswer['skipped']): void {
    const { onSkip } = this.#options
    if (onSkip !== undefined) for (const range of skipped) onSkip(range)
    if (onSkip !== undefined || skipped.length === 0) return
    const gaps = skipped.map(({ topic, partition, from, to }) => {
      return `${topic}-${partition} begins at ${to}, and the records from ${from} on are gone`
    })
    throw new MillraceError(
      'OFFSET_OUT_OF_RANGE',
      `${gaps.join('; ')}. Enter the loop again to go on behind them, or give onSkip.`,
    )
  }

  #throwWhatWasThrown(): void {
    const thrown = this.#thrown
    this.#thrown = undefined
    if (thrown !== undefined) throw thrown.error
  }
}

/** Where it is to be committed, and by which answer that was learnt. */
interface Position {
  readonly epoch: number
  readonly commit: OffsetCommit
}

function keyOf({
  topic,
  partition,
}: {
  readonly topic: string
  readonly partition: number
}): string {
  return `${topic}/${partition}`
}

const NOTHING_HELD = { assignment: [], revoked: [] }
const MAX_RECORDS = 500
const MAX_BYTES = 1024 * 1024
const WAIT_MS = 30_000
