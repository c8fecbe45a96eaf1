import type { Acknowledged } from '@millrace/model/share-group'
import { BrokenPromise, type Call, type Said } from './call.ts'
import {
  endUnseen,
  isSurelyCurrent,
  type Neighbours,
  ONCE,
  withdrawBehind,
} from './delivery-knowledge.ts'
import type { GroupTerms } from './settings.ts'
import type { Delivery } from './shared-record.ts'

/** It is on its way: from now on it may have counted. */
export function sendAll(said: readonly Said[]): void {
  for (const { delivery, acknowledgement } of said) {
    delivery.underWay++
    delivery.record.underWay[acknowledgement.type]++
    if (acknowledgement.type === 'renew') delivery.lock.max = Infinity
    if (acknowledgement.type === 'return') delivery.mayBeReturned = true
  }
}

/** The answer will never come. */
export function loseAll(said: readonly Said[]): void {
  for (const { delivery, acknowledgement } of said) {
    const { record } = delivery
    delivery.underWay--
    delivery.isInDoubt = true
    record.underWay[acknowledgement.type]--
    if (delivery.end !== undefined && !delivery.wasUnderWay) continue
    if (acknowledgement.type === 'accept') record.mayBeAccepted = true
    if (acknowledgement.type === 'reject') record.mayBeRejected = true
  }
}

/** Judges what a call was told of one acknowledgement. */
export function judgeAcknowledged(
  said: Said,
  answer: Acknowledged | undefined,
  at: {
    readonly call: Call
    readonly terms: GroupTerms
    readonly neighbours: Neighbours
    readonly nowMs: number
  },
): void {
  const { delivery, acknowledgement } = said
  const { record } = delivery
  const { call, neighbours, nowMs } = at
  delivery.underWay--
  record.underWay[acknowledgement.type]--
  const what = `${acknowledgement.type} of ${record.value} by ${call.consumer}`
  if (answer?.receipt !== delivery.receipt) throw new BrokenPromise(`no answer to ${what}`)
  if (answer.code !== null) {
    if (isSurelyCurrent(delivery, neighbours, nowMs)) {
      throw new BrokenPromise(`refused: ${what}, though it has the record`)
    }
    if (delivery.end === undefined) endUnseen(delivery, 'unseen', neighbours, nowMs)
    return
  }
  expectMayCount(said, what, call.sentMs)
  const { isInDoubt } = delivery
  const wasOpen = delivery.end === undefined
  switch (acknowledgement.type) {
    case 'accept':
      record.isAccepted = true
      if (wasOpen) endAnswered(delivery)
      return
    case 'renew':
      if (wasOpen)
        relock(said, answer.lockedUntil ?? 0, isInDoubt || call.changes !== at.terms.changes)
      return
    case 'return':
      if (wasOpen) endAnswered(delivery)
      withdrawBehind(delivery, neighbours, nowMs)
      return
    case 'release':
    case 'reject':
      if (wasOpen) fail(said, at)
      else failedBefore(said)
      withdrawBehind(delivery, neighbours, nowMs)
  }
}

function expectMayCount({ delivery, acknowledgement }: Said, what: string, sentMs: number): void {
  const { end, wasUnderWay, lock, record } = delivery
  if (end !== undefined && !wasUnderWay) {
    throw new BrokenPromise(`an old receipt counted: ${what}, which was over (${end})`)
  }
  if (end === 'answered' && acknowledgement.type !== 'renew') {
    throw new BrokenPromise(`it counted twice: ${what}`)
  }
  if (acknowledgement.type === 'accept' && (end === 'came-again' || end === 'letter')) {
    throw new BrokenPromise(`accepted, and handed out or given up on after that: ${record.value}`)
  }
  if (sentMs >= lock.max) throw new BrokenPromise(`it counted after its lock ran out: ${what}`)
}

/** The answer comes after that to another call, by which it was clear that the delivery was over. */
function failedBefore({ delivery, acknowledgement }: Said): void {
  const { record, end } = delivery
  const isLast = record.last === delivery && (end === 'withdrawn' || end === 'unseen')
  if (isLast && acknowledgement.type === 'reject') record.isRejected = true
}

function endAnswered(delivery: Delivery): void {
  delivery.end = 'answered'
  delivery.wasUnderWay = delivery.underWay > 0
}

function relock({ delivery }: Said, untilMs: number, isInDoubt: boolean): void {
  delivery.lock = { min: untilMs, max: isInDoubt ? Infinity : untilMs }
  delivery.isInDoubt = isInDoubt
}

function fail(
  { delivery, acknowledgement }: Said,
  { call, terms }: { readonly call: Call; readonly terms: GroupTerms },
): void {
  const { record } = delivery
  endAnswered(delivery)
  record.failed(ONCE)
  if (acknowledgement.type === 'reject') record.isRejected = true
  if (acknowledgement.type !== 'release') return
  const { min, max } = record.failures
  const isKnown = min === max && call.changes === terms.changes
  const delayMs = acknowledgement.delayMs ?? (isKnown ? terms.retryDelayMs(min) : 0)
  record.notBeforeMs = call.sentMs + delayMs
}
