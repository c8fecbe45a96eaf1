/**
 * The state of a partition of a share group, as a record of `__share` holds it: all of its ledger.
 *
 *     start, settled         the first offset that is not settled; which behind it are: base64 of a bit each, the
 *                            lowest first, from the byte on in which `start` lies
 *     acquisitions           [[number, consumer, atMs, untilMs, offsets], ...]    still out
 *     waiting                [[offset, count, availableAtMs, rejected 0 | 1], ...]    were out, and are not now
 *     counts                 [[offset, count], ...]       of those that are out, other than 1
 *     failures               [[offset, [[atMs, consumer, reason], ...]], ...]
 *     redriven               [[offset, log, offset of the copy, lane, spared 0 | 1], ...]
 *     parked                 lanes
 *     next, letters, expired, unreadable          numbers
 */
import { encodeFields } from '@millrace/storage/state-text'
import type { Acquisition, FailedDelivery } from './delivery.ts'
import type { LaneKey } from './lane-key.ts'
import { SettledOffsets } from './settled-offsets.ts'
import { newDelivery, ShareLedger } from './share-ledger.ts'
import { corrupt, parse } from './share-record.ts'

export interface Snapshot {
  readonly ledger: ShareLedger
  /** The last facts that are in it. */
  readonly upTo: number
}

/** `from`: the first facts whose place it takes. */
export function encodeSnapshot(ledger: ShareLedger, from: number, upTo: number): Uint8Array {
  const { settled, deliveries, failures, redriven, parked } = ledger
  const fields: Fields = {
    from,
    upTo,
    start: settled.start,
    settled: Buffer.from(settled.encode()).toString('base64'),
    acquisitions: acquisitionsOf(ledger),
    waiting: [],
    counts: [],
    failures: [...failures].map(([offset, list]) => [
      offset,
      list.map(({ atMs, consumer, reason }) => [atMs, consumer, reason]),
    ]),
    redriven: [...redriven].map(([at, { log, offset, lane, isSpared }]) => [
      at,
      log,
      offset,
      lane,
      isSpared ? 1 : 0,
    ]),
    parked: [...parked],
    next: ledger.nextNumber,
    letters: ledger.letterCount,
    expired: ledger.expiredCount,
    unreadable: ledger.unreadableCount,
  }
  for (const [offset, { count, acquisition, availableAtMs }] of deliveries) {
    if (acquisition === undefined) {
      const isRejected = availableAtMs === Infinity
      fields.waiting.push([offset, count, isRejected ? 0 : availableAtMs, isRejected ? 1 : 0])
    } else if (count !== 1) {
      fields.counts.push([offset, count])
    }
  }
  return encodeFields(fields)
}

/** CORRUPT_SEGMENT for what this version did not write. */
export function decodeSnapshot(key: string, value: Uint8Array): Snapshot {
  const fields = parse(key, value)
  if (!isWhole(fields)) throw corrupt(key)
  const bits = Buffer.from(fields.settled, 'base64')
  const ledger = new ShareLedger(SettledOffsets.decode(fields.start, bits))
  for (const [number, consumer, atMs, untilMs, offsets] of fields.acquisitions) {
    ledger.apply({ kind: 'acquired', number, consumer, atMs, untilMs, offsets })
  }
  for (const [offset, count] of fields.counts) {
    const delivery = ledger.deliveries.get(offset)
    if (delivery !== undefined) delivery.count = count
  }
  for (const [offset, count, availableAtMs, rejected] of fields.waiting) {
    const delivery = newDelivery(count, undefined)
    delivery.availableAtMs = rejected === 1 ? Infinity : availableAtMs
    ledger.deliveries.set(offset, delivery)
  }
  for (const [offset, list] of fields.failures) {
    ledger.failures.set(offset, list.map(toFailure))
  }
  for (const [at, log, offset, lane, spared] of fields.redriven) {
    ledger.redriven.set(at, { log, offset, lane, isSpared: spared === 1 })
  }
  for (const lane of fields.parked) ledger.parked.add(lane)
  ledger.nextNumber = fields.next
  ledger.letterCount = fields.letters
  ledger.expiredCount = fields.expired
  ledger.unreadableCount = fields.unreadable
  return { ledger, upTo: fields.upTo }
}

interface Fields {
  readonly from: number
  readonly upTo: number
  readonly start: number
  readonly settled: string
  readonly acquisitions: (readonly [number, string, number, number, readonly number[]])[]
  readonly waiting: (readonly [number, number, number, 0 | 1])[]
  readonly counts: (readonly [number, number])[]
  readonly failures: (readonly [number, readonly (readonly [number, string, string])[]])[]
  readonly redriven: (readonly [number, number, number, LaneKey | null, 0 | 1])[]
  readonly parked: readonly LaneKey[]
  readonly next: number
  readonly letters: number
  readonly expired: number
  readonly unreadable: number
}

/** The names alone: nobody else writes them, and a batch has its checksum. */
function isWhole(fields: Readonly<Record<string, unknown>>): fields is Fields & typeof fields {
  return FIELD_NAMES.every((name) => name in fields)
}

const FIELD_NAMES: readonly (keyof Fields)[] = [
  'from',
  'upTo',
  'start',
  'settled',
  'acquisitions',
  'waiting',
  'counts',
  'failures',
  'redriven',
  'parked',
  'next',
  'letters',
  'expired',
  'unreadable',
]

function acquisitionsOf({ deliveries }: ShareLedger): Fields['acquisitions'] {
  const open = new Map<Acquisition, number[]>()
  for (const [offset, { acquisition }] of deliveries) {
    if (acquisition === undefined) continue
    const offsets = open.get(acquisition)
    if (offsets === undefined) open.set(acquisition, [offset])
    else offsets.push(offset)
  }
  return [...open].map(([{ number, consumer, atMs, untilMs }, offsets]) => {
    return [number, consumer, atMs, untilMs, offsets.sort((one, other) => one - other)]
  })
}

function toFailure([atMs, consumer, reason]: readonly [number, string, string]): FailedDelivery {
  return { atMs, consumer, reason }
}
