import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { WatermarkWaiters } from '../src/watermark-waiters.ts'

const offset = (value: number) => value as Offset

test('a reader wakes once the high watermark is above what it asked for, and only then', async () => {
  const waiters = new WatermarkWaiters()
  const woken: string[] = []
  const one = waiters.wait(offset(4), undefined).then(() => woken.push('above 4'))
  const other = waiters.wait(offset(6), undefined).then(() => woken.push('above 6'))
  waiters.wake(offset(4))
  expect(waiters.count).toBe(2)
  waiters.wake(offset(5))
  await one
  expect(woken).toEqual(['above 4'])
  waiters.wake(offset(9))
  await other
  expect(waiters.count).toBe(0)
})

test('a reader that gives up is forgotten, with its reason', async () => {
  const waiters = new WatermarkWaiters()
  const leaving = new AbortController()
  const waiting = waiters.wait(offset(0), leaving.signal)
  leaving.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  expect(waiters.count).toBe(0)
  await expect(waiters.wait(offset(0), leaving.signal)).rejects.toThrow('gone')
  expect(waiters.count).toBe(0)
})

test('who is woken no longer listens to its signal', async () => {
  const waiters = new WatermarkWaiters()
  const controller = new AbortController()
  const waiting = waiters.wait(offset(0), controller.signal)
  waiters.wake(offset(1))
  await waiting
  controller.abort()
  expect(waiters.count).toBe(0)
})

test('all are told when nothing will come any more', async () => {
  const waiters = new WatermarkWaiters()
  const waiting = [waiters.wait(offset(0), undefined), waiters.wait(offset(5), undefined)]
  waiters.dismiss(new LogError('STOPPING', 'That is all.'))
  for (const result of await Promise.allSettled(waiting)) expect(result.status).toBe('rejected')
})
