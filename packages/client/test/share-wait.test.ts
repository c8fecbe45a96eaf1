import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../src/client.ts'
import { Sharing } from './sharing.ts'

let sharing: Sharing
beforeAll(async () => {
  sharing = await Sharing.start()
})
afterAll(async () => sharing[Symbol.asyncDispose]())

/** A client that hears of the first acquire that may wait: before it is sent, and of its answer before that is read. */
function watching(before: () => void, answered: (answer: Response) => void) {
  let isFirst = true
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isWait = typeof init?.body === 'string' && /"waitMs":[1-9]/.test(init.body)
    if (!isWait || !isFirst) return globalThis.fetch(input, init)
    isFirst = false
    before()
    const answer = await globalThis.fetch(input, init)
    answered(answer)
    return answer
  }
  return createClient(sharing.server.url, { fetch })
}

test('closed when records have been handed out, and not come yet: they are given back', async () => {
  await sharing.make('handed', ['a:0', 'b:1', 'c:2'])
  const begun: unknown[] = []
  const client = watching(
    () => undefined,
    () => void consumer.close(),
  )
  const consumer = client.shareConsumer('handed')
  await consumer.run((record) => void begun.push(record))
  expect(begun).toEqual([])
  expect(await sharing.acquired('handed')).toBe(0)
  expect((await sharing.client.shareGroups.describe('handed')).consumers).toEqual([])
  // It does not count as a delivery.
  const { records } = await sharing.client.shareGroups.acquire('handed', { consumer: 'next' })
  expect(records.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1])
})

test('closed while it waits: the server answers at once, though the wait came after that was asked', async () => {
  await sharing.make('quiet', [], { acquisitionLockMs: 3_600_000 })
  const statuses: number[] = []
  const client = watching(
    () => void consumer.close(),
    ({ status }) => statuses.push(status),
  )
  const consumer = client.shareConsumer('quiet', { waitMs: 60_000 })
  await consumer.run(() => undefined)
  expect(statuses).toEqual([200])
})

test('closed while it waits, by a server that cannot be asked to end that: it is broken off', async () => {
  await sharing.make('refused', [], { acquisitionLockMs: 3_600_000 })
  const answers: Promise<Response>[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (init?.method === 'DELETE') throw new TypeError('There is no way.')
    const answer = globalThis.fetch(input, init)
    if (init?.method === 'POST') {
      answers.push(answer)
      void consumer.close()
    }
    return answer
  }
  const consumer = createClient(sharing.server.url, { fetch }).shareConsumer('refused', {
    waitMs: 60_000,
  })
  await consumer.run(() => undefined)
  expect(answers).toHaveLength(1)
  await expect(answers[0]).rejects.toThrow('There is no way.')
})
