import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { OpenWaits } from '../src/open-waits.ts'

test('the requests of a connection have one signal, which says when it is gone', async () => {
  const waits = new OpenWaits()
  const socket = new Socket()
  const signal = waits.signal(new IncomingMessage(socket))
  expect(waits.signal(new IncomingMessage(socket))).toBe(signal)
  expect(waits.signal(new IncomingMessage(new Socket()))).not.toBe(signal)
  expect(signal.aborted).toBe(false)
  socket.destroy()
  await once(socket, 'close')
  expect(signal.aborted).toBe(true)
})

test('who is gone already, or comes when the server stops, does not wait', () => {
  const waits = new OpenWaits()
  const gone = new Socket().destroy()
  expect(waits.signal(new IncomingMessage(gone)).aborted).toBe(true)
  const there = waits.signal(new IncomingMessage(new Socket()))
  waits.stop()
  expect(there.aborted).toBe(true)
  expect(waits.signal(new IncomingMessage(new Socket())).aborted).toBe(true)
})
