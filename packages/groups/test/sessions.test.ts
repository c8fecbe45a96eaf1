import { array, assert, constantFrom, nat, oneof, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { Sessions } from '../src/sessions.ts'

const TIMEOUT_MS = 100

test('who was silent for too long is told, at every moment, and nobody else', () => {
  const member = constantFrom('a', 'b', 'c')
  const heard = record({ afterMs: nat(150), member, staysMs: nat(120) })
  const forgotten = record({ afterMs: nat(150), member })
  assert(
    property(array(oneof(heard, forgotten)), (steps) => {
      const sessions = new Sessions(TIMEOUT_MS)
      const ends = new Map<string, number>()
      let nowMs = 0
      for (const step of steps) {
        nowMs += step.afterMs
        const expired = [...ends].filter(([, endMs]) => endMs <= nowMs).map(([name]) => name)
        expect(sessions.expired(nowMs).toSorted()).toEqual(expired.toSorted())
        if ('staysMs' in step) {
          sessions.heard(step.member, nowMs, step.staysMs)
          ends.set(step.member, nowMs + step.staysMs + TIMEOUT_MS)
        } else {
          sessions.forget(step.member)
          ends.delete(step.member)
        }
      }
    }),
  )
})
