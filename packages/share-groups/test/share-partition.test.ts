import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFacts, encodeFacts } from '../src/share-record.ts'
import { decodeSnapshot, encodeSnapshot } from '../src/share-snapshot.ts'
import type { ShareFact } from '../src/share-fact.ts'
import { ShareLedger } from '../src/share-ledger.ts'
import { SharePartition } from '../src/share-partition.ts'
import { retryDelayMs, type ShareSettings } from '../src/share-settings.ts'
import { PlainModel } from './plain-model.ts'

const LOCK_MS = 100

describe('whatever happens, exactly what the plain model allows is handed out, and all is settled once', () => {
  const skip = { topic: 'd', policy: 'skip' } as const
  const park = { topic: 'd', policy: 'park-key' } as const
  test.each([
    ['by key', 'key', null],
    ['by key, with dead letters', 'key', skip],
    ['by key, parking', 'key', park],
    ['without order', 'none', skip],
  ] as const)('%s', (_name, ordering, deadLetter) => {
    const settings = {
      ordering,
      deadLetter,
      acquisitionLockMs: LOCK_MS,
      maxDeliveryCount: 3,
      retryDelaysMs: [0, 50],
    }
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 150, size: 'max' }), (steps) => {
        const run = new Run(settings)
        for (const step of steps) run.take(step)
        run.drain()
      }),
      { numRuns: 250 },
    )
  })
})

describe('what is out, and cannot be read when the log is read again,', () => {
  const settings = {
    ordering: 'key',
    deadLetter: null,
    acquisitionLockMs: LOCK_MS,
    maxDeliveryCount: 3,
    retryDelaysMs: [],
  } as const
  const rules = { settings, isHeldUp: () => false, isParked: () => false }

  test.each([
    ['is missing', (partition: SharePartition) => partition.scannedTo(4), 0],
    ['is damaged', (partition: SharePartition) => partition.giveUp(1, 4), 3],
  ])('is nobody’s any more: it %s', (_what, find, unreadable) => {
    const ledger = ShareLedger.startingAt(0)
    const ids = { number: 1, consumer: 'w', atMs: 0, untilMs: LOCK_MS }
    ledger.apply({ kind: 'acquired', ...ids, offsets: [0, 1, 2] })
    const failed = { reason: 'why', availableAtMs: 0, isRejected: false }
    ledger.apply({ kind: 'failed', offset: 2, ...failed })
    const partition = new SharePartition(ledger, rules)
    partition.scanned(0, 'a')
    find(partition)
    partition.scanned(4, 'a')
    expect([...ledger.deliveries.keys()]).toEqual([0])
    expect([ledger.acquiredCount, ledger.failures.size]).toEqual([1, 0])
    expect(ledger.unreadableCount).toBe(unreadable)
    expect(partition.accept(1, 1)).toBe(false)
    partition.expireLocks(LOCK_MS)
    expect(partition.take(10, LOCK_MS).map(({ offset }) => offset)).toEqual([0, 4])
  })
})

const STEP = fc.record({
  what: fc.oneof(
    { weight: 11, arbitrary: fc.constantFrom('produce', 'acquire', 'accept') },
    { weight: 6, arbitrary: fc.constantFrom('scan', 'wait', 'copy') },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        'release',
        'reject',
        'renew',
        'return',
        'crash',
        'redrive',
        'retention',
      ),
    },
  ),
  /** A key, a number of records, one of those that were handed out. */
  which: fc.nat(1_000),
})

const TYPES = ['accept', 'release', 'reject', 'renew', 'return'] as const
type AcknowledgementType = (typeof TYPES)[number]

function isAcknowledgement(what: string): what is AcknowledgementType {
  return TYPES.some((type) => type === what)
}

interface Held {
  readonly offset: number
  readonly number: number
}

/** The partition and the model side by side. */
class Run {
  readonly #settings: ShareSettings
  readonly #model: PlainModel
  /** All that was ever handed out: over, or not. */
  readonly #receipts: Held[] = []
  readonly #letters = new Map<number, { log: number; offset: number; lane: string | null }>()
  /** What is on disk. */
  #facts: ShareFact[] = []
  #snapshot: Uint8Array | undefined
  #partition: SharePartition
  #nowMs = 1_000
  #copies = 0

  constructor(settings: ShareSettings) {
    this.#settings = settings
    this.#model = new PlainModel(settings)
    this.#partition = this.#load()
  }

  take({ what, which }: { readonly what: string; readonly which: number }): void {
    this.#expireLocks()
    if (what === 'produce' && which % 11 === 0) this.#model.skip()
    else if (what === 'produce') this.#model.produce(which % 5 === 0 ? null : `k${which % 4}`)
    if (what === 'scan') this.#scan(1 + (which % 5))
    if (what === 'acquire') this.#acquire(1 + (which % 6))
    if (isAcknowledgement(what)) {
      this.#acknowledge(what, this.#receipts.at(-1 - (which % 12)), which)
    }
    if (what === 'wait') this.#nowMs += which % (LOCK_MS + 20)
    if (what === 'crash') this.#crash(which % 2 === 0)
    if (what === 'copy') this.#copy(1 + (which % 3))
    if (what === 'redrive') this.#redrive(1 + (which % 9))
    if (what === 'retention' && which % 4 === 0) this.#expireBelow(which % 20)
    // Of a turn in which more happens, everything is written down at its end.
    if (which % 3 === 0) this.#write()
    this.#compareLedger()
  }

  /** In the end everything is settled: nothing hangs, nothing is lost. */
  drain(): void {
    this.#scan(Infinity)
    for (let round = 0; round < 1_000; round++) {
      this.#nowMs += LOCK_MS
      this.#expireLocks()
      this.#copy(100)
      for (const receipt of this.#acquire(10)) this.#acknowledge('accept', receipt, 0)
      if (this.#model.records.every(({ state }) => state !== 'open')) break
    }
    expect(this.#model.records.filter(({ state }) => state === 'open')).toEqual([])
    const { ledger } = this.#partition
    expect(ledger.startOffset).toBe(this.#model.records.length)
    expect(ledger.deliveries.size).toBe(0)
    expect(ledger.failures.size).toBe(0)
    expect(ledger.redriven.size).toBe(0)
  }

  #scan(count: number): void {
    for (let done = 0; done < count; done++) {
      const { scanOffset } = this.#partition
      const record = this.#model.records
        .slice(scanOffset)
        .find(({ offset, state }) => state !== 'missing' || offset < scanOffset)
      if (record === undefined) {
        this.#partition.scannedTo(this.#model.records.length)
        return
      }
      this.#partition.scanned(record.offset, record.key)
    }
  }

  #acquire(max: number): readonly Held[] {
    const expected = this.#model.takeable(max, this.#nowMs, this.#partition.scanOffset)
    const taken = this.#partition.take(max, this.#nowMs)
    expect(taken).toEqual(expected)
    if (taken.length === 0) return []
    const { number, untilMs } = this.#partition.acquire('w', taken, this.#nowMs)
    const offsets = taken.map(({ offset }) => offset)
    this.#model.acquire(offsets, number, untilMs)
    const receipts = offsets.map((offset) => ({ offset, number }))
    this.#receipts.push(...receipts)
    return receipts
  }

  #acknowledge(what: AcknowledgementType, receipt: Held | undefined, which: number): void {
    if (receipt === undefined) return
    const { offset, number } = receipt
    const counts = this.#model.isHeld(offset, number)
    const record = this.#model.at(offset)
    if (what === 'accept') {
      expect(this.#partition.accept(offset, number)).toBe(counts)
      if (counts) [record.state, record.holder] = ['accepted', undefined]
    }
    if (what === 'release') {
      const delayMs = which % 3 === 0 ? 20 : undefined
      const how = { delayMs, reason: 'why', nowMs: this.#nowMs }
      expect(this.#partition.release(offset, number, how)).toBe(counts)
      const waitMs = delayMs ?? retryDelayMs(this.#settings, record.failures + 1)
      if (counts) this.#model.fail(offset, this.#nowMs + waitMs, false)
    }
    if (what === 'reject') {
      expect(this.#partition.reject(offset, number, 'why')).toBe(counts)
      if (counts) this.#model.fail(offset, 0, true)
    }
    if (what === 'return') {
      expect(this.#partition.takeBack(offset, number)).toBe(counts)
      if (counts) this.#model.takeBack(offset)
    }
    if (what === 'renew') {
      const untilMs = this.#nowMs + LOCK_MS
      const answer = this.#partition.renew(offset, number, this.#nowMs)
      expect(answer).toBe(counts ? untilMs : undefined)
      if (counts) record.holder = { call: number, untilMs }
    }
    this.#archive()
  }

  #expireLocks(): void {
    this.#partition.expireLocks(this.#nowMs)
    this.#model.expireLocks(this.#nowMs)
    this.#archive()
  }

  /** Without a dead-letter topic. */
  #archive(): void {
    if (this.#settings.deadLetter !== null) return
    for (const record of this.#model.records) {
      if (record.state === 'open' && this.#model.isExhausted(record)) record.state = 'archived'
    }
  }

  /** As the dead letters are written. */
  #copy(max: number): void {
    if (this.#settings.deadLetter === null) return
    const offsets = this.#partition.takeExhausted(max)
    expect(offsets).toEqual(this.#model.copyable(max, this.#partition.scanOffset))
    this.#write()
    const facts: ShareFact[] = []
    for (const offset of offsets) {
      const { key } = this.#model.at(offset)
      const lane = this.#settings.ordering === 'key' ? key : null
      expect(this.#partition.laneOf(offset)).toBe(lane)
      const letter = { log: 9, offset: this.#copies++, lane }
      facts.push({ kind: 'dead-lettered', offset, letter })
      this.#letters.set(offset, letter)
      Object.assign(this.#model.at(offset), { state: 'letter', isSpared: false })
      if (this.#settings.deadLetter.policy !== 'park-key' || lane === null) continue
      if (!this.#model.hasFailedForGood(this.#model.at(offset))) continue
      facts.push({ kind: 'parked', lane })
      this.#model.park(lane)
    }
    this.#facts.push(...facts)
    this.#partition.deadLettered(facts)
    this.#partition.keepExhausted(offsets)
  }

  /** The first of them, as a call that does not come to all. */
  #redrive(max: number): void {
    const facts: ShareFact[] = []
    const letters = [...this.#letters].sort(([one], [other]) => one - other)
    for (const [offset, letter] of letters.slice(0, max)) {
      facts.push({ kind: 'redriven', offset, letter })
      this.#model.redrive(offset)
      this.#letters.delete(offset)
    }
    const left = new Set([...this.#letters.values()].map(({ lane }) => lane))
    for (const lane of this.#model.parked) {
      if (left.has(lane)) continue
      facts.push({ kind: 'unparked', lane })
      this.#model.parked.delete(lane)
    }
    this.#write()
    for (const fact of facts) this.#partition.ledger.apply(fact)
    this.#partition.redriven(facts)
    this.#facts.push(...facts)
  }

  /** What was redriven is in the dead-letter topic, and stays. */
  #expireBelow(offset: number): void {
    const below = Math.min(offset, this.#model.records.length)
    const { redriven } = this.#partition.ledger
    for (const record of this.#model.records.slice(0, below)) {
      if (record.state !== 'open' || redriven.has(record.offset)) continue
      record.state = 'expired'
      record.holder = undefined
    }
    this.#partition.expireBelow(below)
  }

  #write(): void {
    const facts = this.#partition.takeFacts()
    this.#facts.push(...decodeFacts('facts', encodeFacts(facts)))
  }

  #crash(isSnapshot: boolean): void {
    this.#write()
    if (isSnapshot) {
      this.#snapshot = encodeSnapshot(this.#partition.ledger, 1, 1)
      this.#facts = []
    }
    this.#partition = this.#load()
    // As far as it knows something of what is there: then it is served.
    const end = this.#partition.ledger.endOffset
    while (this.#partition.scanOffset < end) this.#scan(1)
  }

  #load(): SharePartition {
    const ledger =
      this.#snapshot === undefined
        ? ShareLedger.startingAt(0)
        : decodeSnapshot('state', this.#snapshot).ledger
    for (const fact of this.#facts) ledger.apply(fact)
    return new SharePartition(ledger, {
      settings: this.#settings,
      isHeldUp: () => false,
      isParked: (lane) => ledger.parked.has(lane),
    })
  }

  #compareLedger(): void {
    const { ledger } = this.#partition
    const held = this.#model.records.filter(({ holder }) => holder !== undefined)
    expect(ledger.acquiredCount).toBe(held.length)
    expect(ledger.letterCount).toBe(this.#letters.size)
    for (const { offset, state } of this.#model.records) {
      // What is missing is found out when it is come to.
      if (state === 'missing' && offset >= this.#partition.scanOffset) continue
      expect(ledger.isSettled(offset)).toBe(state !== 'open')
    }
  }
}
