import type { Acknowledgement } from '@millrace/model/share-group'
import { expect, test } from 'vitest'
import { MillraceError } from '../src/millrace-error.ts'
import type { AcknowledgedReceipt } from '../src/share-acquire.ts'
import { type AcknowledgerOptions, ShareAcknowledger } from '../src/share-acknowledger.ts'
import { HeldRecord } from '../src/share-record.ts'

function held(receipt: string): HeldRecord {
  const place = { topic: 't', partition: 0, offset: 0, timestamp: 0 }
  const rest = { key: null, value: null, headers: [], deliveryCount: 1, lockedUntil: 0 }
  return new HeldRecord(
    { receipt, ...place, ...rest },
    { ordering: 'key', call: {}, lockedAtMs: 0 },
  )
}

/** One whose requests are answered when the test says so. */
function acknowledger(options: Partial<AcknowledgerOptions> = {}) {
  const requests: {
    readonly receipts: readonly string[]
    readonly answer: () => void
    readonly fail: (error: unknown) => void
  }[] = []
  const answers: unknown[] = []
  const failures: unknown[] = []
  const acknowledger = new ShareAcknowledger({
    lingerMs: 0,
    send: async (acknowledgements) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly AcknowledgedReceipt[]>()
      const receipts = acknowledgements.map(({ receipt }) => receipt)
      const answer = () => resolve(expired(acknowledgements))
      requests.push({ receipts, answer, fail: reject })
      return promise
    },
    onAnswer: ({ held }, { isRepeat }) => answers.push([held.receipt, isRepeat]),
    onFailure: (error) => failures.push(error),
    ...options,
  })
  const add = (receipt: string): void => {
    acknowledger.add(held(receipt), { receipt, type: 'accept' })
  }
  return { acknowledger, requests, answers, failures, add }
}

function expired(acknowledgements: readonly Acknowledgement[]): readonly AcknowledgedReceipt[] {
  return acknowledgements.map(({ receipt }) => {
    return { receipt, code: 'RECEIPT_EXPIRED', isRepeat: false }
  })
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}

test('those that come together go together, and no request before the one before is answered', async () => {
  const { requests, answers, add } = acknowledger()
  add('a')
  add('b')
  await pause()
  add('c')
  await pause()
  expect(requests.map(({ receipts }) => receipts)).toEqual([['a', 'b']])
  requests[0]!.answer()
  await pause()
  expect(requests.map(({ receipts }) => receipts)).toEqual([['a', 'b'], ['c']])
  expect(answers).toEqual([
    ['a', false],
    ['b', false],
  ])
})

test('many do not linger', async () => {
  const { requests, add } = acknowledger({ lingerMs: 60_000 })
  for (let number = 0; number < 100; number++) add(String(number))
  await Promise.resolve()
  expect(requests.map(({ receipts }) => receipts.length)).toEqual([100])
})

test('another request takes along what is pending, but not while some are under way', async () => {
  const { acknowledger: sender, requests, answers, add } = acknowledger({ lingerMs: 60_000 })
  add('a')
  const carried: (readonly Acknowledgement[])[] = []
  const first = Promise.withResolvers<void>()
  const carrying = sender.carry(async (acknowledgements) => {
    carried.push(acknowledgements)
    await first.promise
    return { acknowledged: expired(acknowledgements) }
  })
  add('b')
  await sender.carry(async (acknowledgements) => {
    carried.push(acknowledgements)
    return { acknowledged: expired(acknowledgements) }
  })
  expect(carried).toEqual([[{ receipt: 'a', type: 'accept' }], []])
  const flushed = sender.flush()
  expect(requests).toEqual([])
  first.resolve()
  await carrying
  await pause()
  expect(requests.map(({ receipts }) => receipts)).toEqual([['b']])
  requests[0]!.answer()
  await flushed
  expect(sender.isIdle).toBe(true)
  expect(answers).toEqual([
    ['a', false],
    ['b', false],
  ])
})

test('what went without an answer is kept for the end, in its place, and told as a repeat', async () => {
  const { acknowledger: sender, requests, answers, failures, add } = acknowledger()
  add('a')
  await pause()
  add('b')
  requests[0]!.fail(new MillraceError('NO_ANSWER', '', { appended: 'unknown' }))
  await pause()
  expect(failures).toMatchObject([{ code: 'NO_ANSWER' }])
  expect(requests).toHaveLength(1)
  const flushed = sender.flush()
  await pause()
  expect(requests[1]?.receipts).toEqual(['a', 'b'])
  requests[1]?.answer()
  await flushed
  expect(answers).toEqual([
    ['a', true],
    ['b', false],
  ])
})

test('what was refused is no repeat', async () => {
  const { acknowledger: sender, requests, answers, add } = acknowledger()
  add('a')
  await pause()
  requests[0]!.fail(new MillraceError('OVERLOADED', ''))
  await pause()
  const flushed = sender.flush()
  await pause()
  requests[1]?.answer()
  await flushed
  expect(answers).toEqual([['a', false]])
})
