import type { Bounds, Delivery, SharedRecord } from './shared-record.ts'

/** Those that came before it by the same call, of the same key: if one of them fails, it is taken back. */
export interface Neighbours {
  readonly before: (delivery: Delivery) => readonly Delivery[]
  readonly behind: (delivery: Delivery) => readonly Delivery[]
}

/** Nobody else may have the record, and its receipt must count. */
export function isSurelyCurrent(
  delivery: Delivery,
  neighbours: Neighbours,
  nowMs: number,
): boolean {
  if (!isSurelyLocked(delivery, nowMs) || delivery.record.expired !== 'no') return false
  return neighbours.before(delivery).every((other) => {
    return other.record.isAccepted || isSurelyCurrent(other, neighbours, nowMs)
  })
}

/** By itself. */
function isSurelyLocked({ end, isInDoubt, underWay, lock }: Delivery, nowMs: number): boolean {
  return end === undefined && !isInDoubt && underWay === 0 && nowMs < lock.min
}

/** It is over, and nobody said by what. */
export function endUnseen(
  delivery: Delivery,
  end: 'unseen' | 'came-again' | 'letter',
  neighbours: Neighbours,
  nowMs: number,
): void {
  if (delivery.end === undefined) {
    const isFirst = neighbours.before(delivery).every(({ record }) => record.isAccepted)
    // One behind another may have been taken back with it, and then has not failed.
    delivery.record.failed(isFirst && !delivery.mayBeReturned ? ONCE : PERHAPS)
    delivery.wasUnderWay = delivery.underWay > 0
    delivery.end = end
  }
  const { mayBeAccepted, underWay, expired } = delivery.record
  const mayBeSettled = mayBeAccepted || underWay.accept > 0 || expired !== 'no'
  if (end !== 'unseen' || !mayBeSettled) {
    withdrawBehind(delivery, neighbours, nowMs)
    return
  }
  for (const other of neighbours.behind(delivery)) other.isInDoubt = true
}

export function withdrawBehind(delivery: Delivery, neighbours: Neighbours, nowMs: number): void {
  for (const other of neighbours.behind(delivery)) {
    if (other.end !== undefined || other.record.isAccepted) continue
    if (!isSurelyLocked(other, nowMs)) other.record.failed(PERHAPS)
    other.wasUnderWay = other.underWay > 0
    other.end = 'withdrawn'
  }
}

/** What comes again was not settled by what was lost. */
export function cameAgain(record: SharedRecord): void {
  record.mayBeAccepted = false
  record.mayBeRejected = false
  record.mayHaveUnseenLetter = false
  record.notBeforeMs = 0
}

export const ONCE: Bounds = { min: 1, max: 1 }
const PERHAPS: Bounds = { min: 0, max: 1 }
