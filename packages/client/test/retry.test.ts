import { expect, test } from 'vitest'
import { MillraceError, type MillraceErrorCode } from '../src/millrace-error.ts'
import { mayRetry, RETRY_DELAY_MAX_MS, retryDelayMs, withRetries } from '../src/retry.ts'

test('waiting doubles from failure to failure, up to a second, and is spread over its upper half', () => {
  const shortest = [1, 2, 3, 4, 5, 6, 20].map((failures) => retryDelayMs(failures, undefined, 0))
  expect(shortest).toEqual([25, 50, 100, 200, 400, 500, 500])
  expect(retryDelayMs(2, undefined, 0.5)).toBe(75)
  expect(retryDelayMs(99, undefined, 1)).toBe(RETRY_DELAY_MAX_MS)
})

test('what the server asks for is the least that is waited', () => {
  expect(retryDelayMs(1, 4_000, 0)).toBe(4_000)
  expect(retryDelayMs(1, 4_000, 1)).toBe(4_025)
})

const cases: readonly [MillraceErrorCode, MillraceError['appended'], boolean, boolean][] = [
  ['OVERLOADED', false, false, true],
  ['OVERLOADED', false, true, true],
  ['NO_ANSWER', 'unknown', true, true],
  ['NO_ANSWER', 'unknown', false, false],
  ['INVALID_RECORD', false, true, false],
]
test.each(cases)(
  '%s with appended %s, idempotent %s: retried %s',
  (code, appended, idempotent, retried) => {
    expect(mayRetry(new MillraceError(code, '', { appended }), idempotent)).toBe(retried)
  },
)

test('the last failure is thrown when the next attempt would come after the deadline', async () => {
  let attempts = 0
  const deadlineMs = performance.now() + 60
  const outcome = withRetries({ deadlineMs, isIdempotent: true }, async () => {
    throw new MillraceError('STOPPING', `attempt ${++attempts}`)
  })
  await expect(outcome).rejects.toMatchObject({ code: 'STOPPING' })
  expect(performance.now()).toBeLessThan(deadlineMs)
  expect(attempts).toBeGreaterThanOrEqual(1)
})

test('a deadline that is past still allows one attempt', async () => {
  const outcome = withRetries({ deadlineMs: -1, isIdempotent: true }, async () => 'done')
  expect(await outcome).toBe('done')
})

test('what is no MillraceError is a bug, and is not tried again', async () => {
  let attempts = 0
  const outcome = withRetries({ deadlineMs: Infinity, isIdempotent: true }, async () => {
    attempts++
    throw new RangeError('bug')
  })
  await expect(outcome).rejects.toThrow(RangeError)
  expect(attempts).toBe(1)
})

test('an abort ends the waiting with its reason', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const options = { deadlineMs: Infinity, isIdempotent: true, signal: controller.signal }
  const outcome = withRetries(options, async () => {
    controller.abort(reason)
    throw new MillraceError('OVERLOADED', '')
  })
  await expect(outcome).rejects.toBe(reason)
})
