import type { LogRecord } from '@millrace/model/record'
import { BrokenPromise } from './call.ts'
import { endUnseen, isSurelyCurrent } from './delivery-knowledge.ts'
import type { Ledger } from './ledger.ts'
import { TOPIC } from './settings.ts'
import type { SharedRecord } from './shared-record.ts'

/** Judges a copy that was found in the dead-letter topic. In the order in which they are there. */
export function judgeLetter(ledger: Ledger, letter: LogRecord, nowMs: number): SharedRecord {
  const value = Buffer.from(letter.value ?? []).toString()
  const record = ledger.records.get(value)
  if (record === undefined) throw new BrokenPromise(`a dead letter that nobody produced: ${value}`)
  const what = `${value} is in the dead-letter topic`
  const { terms } = ledger
  const listed = expectHeaders(record, letter, what)
  if (record.isAccepted) throw new BrokenPromise(`${what}, and was accepted`)
  if (record.letters > record.redriven.max) throw new BrokenPromise(`${what} twice`)
  if (record.last !== undefined && isSurelyCurrent(record.last, ledger, nowMs)) {
    throw new BrokenPromise(`${what}, while a consumer has it`)
  }
  const lane = ledger.laneOf(record)
  const isParked = terms.parks && lane !== null && ledger.mayBeParked.has(lane)
  if (!record.mayBeGivenUp(terms)) {
    if (!isParked) throw new BrokenPromise(`${what} for no reason`)
    expectInOrder(ledger, record, what)
  }
  const [min, max] = [record.listed + record.failures.min, record.listed + record.failuresMax]
  if (listed < min || listed > max) {
    throw new BrokenPromise(`${what} and lists ${listed} deliveries, not ${min} to ${max}`)
  }
  settle(ledger, record, listed, nowMs)
  // A redrive that is under way may have come after it.
  const mayBeRedriven = ledger.redrive?.asksFor(record) === true
  if (mayBeRedriven) record.redriven.max = record.letters
  if (terms.parks && lane !== null) {
    if (!mayBeRedriven) ledger.parked.add(lane)
    ledger.mayBeParked.add(lane)
  }
  return record
}

/** One that failed by itself may have done so while the earlier ones that came with it were out. */
function expectInOrder(ledger: Ledger, record: SharedRecord, what: string): void {
  for (const earlier of ledger.earlierOf(record)) {
    if (earlier.mayBeSettled(ledger.terms) || earlier.isOut) continue
    throw new BrokenPromise(`${what}, and ${earlier.value} before it is not settled`)
  }
}

/** Answers with how many deliveries it lists. */
function expectHeaders(record: SharedRecord, { headers, key }: LogRecord, what: string): number {
  const texts = new Map(
    headers.map(({ name, value }) => [name, Buffer.from(value ?? []).toString()]),
  )
  const isWhole =
    headers.length === 8 &&
    texts.get('of') === record.value &&
    texts.get(`${PREFIX}group`) === 'g' &&
    texts.get(`${PREFIX}topic`) === TOPIC &&
    texts.get(`${PREFIX}partition`) === String(record.partition) &&
    texts.get(`${PREFIX}offset`) === String(record.offset) &&
    texts.get(`${PREFIX}reason`) !== '' &&
    (key === null ? null : Buffer.from(key).toString()) === record.key
  if (!isWhole) throw new BrokenPromise(`${what} with other headers: ${JSON.stringify([...texts])}`)
  const deliveries: unknown = JSON.parse(texts.get(`${PREFIX}deliveries`) ?? '')
  return Array.isArray(deliveries) ? deliveries.length : -1
}

const PREFIX = 'millrace.dead-letter.'

function settle(ledger: Ledger, record: SharedRecord, listed: number, nowMs: number): void {
  if (record.last !== undefined) endUnseen(record.last, 'letter', ledger, nowMs)
  // What is answered of it from here on tells of the time before.
  record.last = undefined
  record.redriven.min = record.letters
  record.letters++
  record.listed = listed
  record.failures = { min: 0, max: 0 }
  record.isRejected = false
  record.mayBeRejected = false
  record.mayBeAccepted = false
  record.mayHaveUnseenLetter = false
  record.isCopyGone = false
  record.notBeforeMs = 0
  if (record.expired === 'surely') record.expired = 'perhaps'
}

/** The dead-letter topic went: whatever was in it is gone. */
export function lettersGone(ledger: Ledger): void {
  for (const record of ledger.records.values()) {
    if (record.letters > 0 && !record.isAccepted) record.isCopyGone = true
    const lane = ledger.laneOf(record)
    const isParked = lane !== null && ledger.mayBeParked.has(lane)
    const mayBeLetter = isParked || record.mayBeGivenUp(ledger.terms)
    if (record.isSurelySettled || !mayBeLetter) continue
    record.mayHaveUnseenLetter = true
    if (ledger.terms.parks && lane !== null) ledger.mayBeParked.add(lane)
  }
}
