import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { WatermarkWaiters } from '../src/watermark-waiters.ts'

const offset = (value: number) => value as Offset

test('a reader wakes once the high watermark is above what it asked for, and only then', () => {
  const waiters = new WatermarkWaiters()
  const woken: string[] = []
  waiters.add(offset(4), () => woken.push('above 4'))
  waiters.add(offset(6), () => woken.push('above 6'))
  waiters.wakeBelow(offset(4))
  expect(woken).toEqual([])
  waiters.wakeBelow(offset(5))
  waiters.wakeBelow(offset(6))
  expect(woken).toEqual(['above 4'])
  waiters.wakeBelow(offset(9))
  expect(woken).toEqual(['above 4', 'above 6'])
  expect(waiters.count).toBe(0)
})

test('a reader that gives up is forgotten', () => {
  const waiters = new WatermarkWaiters()
  const woken: string[] = []
  const leave = () => woken.push('who left')
  waiters.add(offset(0), leave)
  waiters.add(offset(0), () => woken.push('who stayed'))
  waiters.forget(leave)
  expect(waiters.count).toBe(1)
  waiters.wakeBelow(offset(1))
  expect(woken).toEqual(['who stayed'])
})

test('who waits again when it is woken is not woken twice', () => {
  const waiters = new WatermarkWaiters()
  let count = 0
  const again = () => {
    count++
    waiters.add(offset(1), again)
  }
  waiters.add(offset(0), again)
  waiters.wakeBelow(offset(1))
  expect([count, waiters.count]).toEqual([1, 1])
})

test('all are told when nothing will come any more', () => {
  const waiters = new WatermarkWaiters()
  const told: (string | undefined)[] = []
  for (const above of [0, 5]) waiters.add(offset(above), (failure) => told.push(failure?.code))
  waiters.dismiss(new LogError('STOPPING', 'That is all.'))
  expect(told).toEqual(['STOPPING', 'STOPPING'])
  expect(waiters.count).toBe(0)
})
