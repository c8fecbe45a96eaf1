import { expect, test } from 'vitest'
import { Turns } from '../src/turns.ts'

test('each who asks has a turn of the event loop, in order', async () => {
  const turns = new Turns()
  const seen: string[] = []
  const everyTurn = () => {
    seen.push('|')
    if (seen.length < 10) setImmediate(everyTurn)
  }
  const asked = ['a', 'b', 'c'].map(async (name) => {
    await turns.next()
    seen.push(name)
  })
  setImmediate(everyTurn)
  await Promise.all(asked)
  expect(seen.join('')).toMatch(/a\|+b\|+c/)
})
