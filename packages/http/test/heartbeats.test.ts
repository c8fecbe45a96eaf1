import { expect, test } from 'vitest'
import { Heartbeats } from '../src/heartbeats.ts'

const EVERY_MS = 86_400_000

test('a stream beats when nothing was written for the time, and again after as long', () => {
  let nowMs = 0
  const beats: number[] = []
  const heartbeats = new Heartbeats(EVERY_MS, () => nowMs)
  using _ = heartbeats.start(() => beats.push(nowMs))
  for (nowMs = 0; nowMs <= 2.5 * EVERY_MS; nowMs += EVERY_MS / 4) heartbeats.tick()
  expect(beats).toEqual([EVERY_MS, 2 * EVERY_MS])
})

test('a stream that writes is quiet only from then on', () => {
  let nowMs = 0
  const beats: string[] = []
  const heartbeats = new Heartbeats(EVERY_MS, () => nowMs)
  using writes = heartbeats.start(() => beats.push(`writes ${nowMs}`))
  using _ = heartbeats.start(() => beats.push(`quiet ${nowMs}`))
  nowMs = EVERY_MS / 2
  writes.written()
  nowMs = EVERY_MS
  heartbeats.tick()
  expect(beats).toEqual([`quiet ${EVERY_MS}`])
  nowMs = EVERY_MS * 1.5
  heartbeats.tick()
  expect(beats).toEqual([`quiet ${EVERY_MS}`, `writes ${EVERY_MS * 1.5}`])
})

test('a stream that has ended beats no more, also when another one ends it', () => {
  let nowMs = 0
  const beats: string[] = []
  const heartbeats = new Heartbeats(EVERY_MS, () => nowMs)
  using _ = heartbeats.start(() => {
    beats.push('first')
    second[Symbol.dispose]()
  })
  const second = heartbeats.start(() => beats.push('second'))
  nowMs = EVERY_MS
  heartbeats.tick()
  expect(beats).toEqual(['first'])
})
