import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FetchedBatches } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { parseHttpConfig } from '../src/config.ts'
import { NO_BROKER } from '../src/no-broker.ts'
import { NO_LOGGER } from '../src/no-logger.ts'

const ZERO = 0 as Offset
const EMPTY = { logStartOffset: ZERO, highWatermark: ZERO, logEndOffset: ZERO }
const NOTHING: FetchedBatches = { pieces: [], nextOffset: ZERO, ...EMPTY }

/** A server whose fetches are answered when the test says so. */
async function serveHeld() {
  const fetches: PromiseWithResolvers<FetchedBatches>[] = []
  const broker = {
    ...NO_BROKER,
    partitionState: () => ({ ...EMPTY, partition: 0, segments: 1, bytes: 0 }),
    fetch: () => {
      const held = Promise.withResolvers<FetchedBatches>()
      fetches.push(held)
      return held.promise
    },
  }
  const options = { config: parseHttpConfig({}), logger: NO_LOGGER, version: '1' }
  const app = await createApp(broker, options)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, fetches, port: Number(new URL(url).port), url }
}

const FETCH = 'GET /v1/topics/t/partitions/0/records?offset=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

test('of fetches that come in one packet, each begins when the answer before it is sent', async () => {
  const { app, fetches, port, url } = await serveHeld()
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(FETCH.repeat(3))
  for (let answered = 0; answered < 3; answered++) {
    await expect.poll(() => fetches.length).toBe(answered + 1)
    // Whatever else had been begun is under way by the time that another is answered.
    await (await fetch(`${url}/healthz`)).text()
    expect(fetches).toHaveLength(answered + 1)
    const read = once(socket, 'data')
    fetches[answered]!.resolve(NOTHING)
    expect(String((await read)[0])).toContain('HTTP/1.1 200')
  }
  socket.destroy()
  await app.close()
})

test('fetches that wait for their turn are not begun once the connection is gone', async () => {
  const { app, fetches, port, url } = await serveHeld()
  const connected = once(app.server, 'connection')
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(FETCH.repeat(3))
  await expect.poll(() => fetches.length).toBe(1)
  const [serverSide] = (await connected) as [Socket]
  const closed = once(serverSide, 'close')
  socket.destroy()
  await closed
  fetches[0]!.resolve(NOTHING)
  await (await fetch(`${url}/healthz`)).text()
  expect(fetches).toHaveLength(1)
  await app.close()
})
