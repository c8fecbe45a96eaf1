import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import type { ShareRecord } from '../src/share-record.ts'
import { pause, Sharing, until, valueOf } from './sharing.ts'

let sharing: Sharing
let client: Client
beforeAll(async () => {
  sharing = await Sharing.start()
  client = sharing.client
})
afterAll(async () => sharing[Symbol.asyncDispose]())

describe('locks', () => {
  test('are renewed while a handler works, and while records wait behind it', async () => {
    await sharing.make('renewed', ['a:0', 'a:1'], { acquisitionLockMs: 1_000 })
    const expired: unknown[] = []
    const taken: unknown[] = []
    await sharing.takeAll(
      'renewed',
      async (record) => {
        taken.push([valueOf(record), record.deliveryCount])
        await pause(record.offset === 0 ? 2_500 : 1)
        expect(record.signal.aborted).toBe(false)
      },
      { onExpired: (record) => expired.push(record) },
    )
    expect(taken).toEqual([
      ['a:0', 1],
      ['a:1', 1],
    ])
    expect(expired).toEqual([])
  })

  test('that are lost stop the handler, are told, and nothing that it says counts', async () => {
    await sharing.make('lost', ['a:0', 'a:1'], { acquisitionLockMs: 1_000 })
    const expired: string[] = []
    const receipts: string[] = []
    const watched = createClient(sharing.server.url, { fetch: readingReceipts(receipts) })
    await using consumer = watched.shareConsumer('lost', {
      onExpired: (record) => expired.push(valueOf(record)),
    })
    const taken: string[] = []
    await consumer.run(async (record) => {
      taken.push(valueOf(record))
      if (taken.length === 3) void consumer.close()
      if (taken.length > 1) return
      // Somebody takes it away.
      const [receipt = ''] = receipts
      const release = { receipt, type: 'release', delayMs: 0 } as const
      await client.shareGroups.acknowledge('lost', [release])
      await new Promise((resolve) => record.signal.addEventListener('abort', resolve))
    })
    expect(taken).toEqual(['a:0', 'a:0', 'a:1'])
    expect(expired).toEqual(['a:0'])
    expect(await sharing.unsettled('lost')).toBe(0)
  })

  test('that cannot be renewed for their whole length stop the handler, too', async () => {
    await sharing.make('silent', ['a:0'], { acquisitionLockMs: 1_000 })
    let isCutOff = false
    const failing: typeof globalThis.fetch = async (input, init) => {
      if (isCutOff) throw new TypeError('There is no way.')
      return globalThis.fetch(input, init)
    }
    const cutOff = createClient(sharing.server.url, { fetch: failing })
    await using consumer = cutOff.shareConsumer('silent')
    const counts: number[] = []
    await consumer.run(async (record) => {
      counts.push(record.deliveryCount)
      if (counts.length > 1) return void consumer.close()
      isCutOff = true
      await new Promise((resolve) => record.signal.addEventListener('abort', resolve))
      await until(async () => (await sharing.acquired('silent')) === 0)
      isCutOff = false
    })
    expect(counts).toEqual([1, 2])
    expect(await sharing.unsettled('silent')).toBe(0)
  })

  test('that ran out before the answer was read are over: what it brought is not begun', async () => {
    await sharing.make('unread', ['a:0', 'a:1'], { acquisitionLockMs: 1_000 })
    const held = createClient(sharing.server.url, { fetch: holding('unread', '"maxRecords"') })
    const begun: unknown[] = []
    await using consumer = held.shareConsumer('unread', { follow: false })
    await consumer.run((record) => void begun.push([valueOf(record), record.deliveryCount]))
    expect(begun).toEqual([
      ['a:0', 2],
      ['a:1', 1],
    ])
  })

  test('that were renewed, and ran out before that was read, are over: nothing waits on them', async () => {
    await sharing.make('outlived', ['a:0', 'a:1'], { acquisitionLockMs: 1_000 })
    let hasHeld = false
    const fetch = holding('outlived', '"renew"', () => (hasHeld = true))
    const held = createClient(sharing.server.url, { fetch })
    const begun: string[] = []
    await using consumer = held.shareConsumer('outlived', { follow: false })
    await consumer.run(async (record) => {
      begun.push(valueOf(record))
      // Its answer is read before its handler goes on.
      if (begun.length === 1) await until(() => hasHeld)
    })
    expect(begun).toEqual(['a:0', 'a:0', 'a:1'])
    expect(await sharing.unsettled('outlived')).toBe(0)
  })

  test('are known to be young although a wait for records came before them', async () => {
    await sharing.make('waited', [], { acquisitionLockMs: 1_000 })
    const consumer = client.shareConsumer('waited')
    const counts: number[] = []
    const running = consumer.run((record) => void counts.push(record.deliveryCount))
    await pause(1_500)
    await sharing.produce('waited', ['a:0'])
    await until(async () => (await sharing.unsettled('waited')) === 0)
    await consumer.close()
    await running
    expect(counts).toEqual([1])
  })

  test('that ran out unnoticed are told of when they are acknowledged', async () => {
    await sharing.make('late', ['a:0', 'a:1'], { acquisitionLockMs: 60_000 })
    const expired: string[] = []
    const receipts: string[] = []
    const watched = createClient(sharing.server.url, { fetch: readingReceipts(receipts) })
    const onExpired = (record: ShareRecord) => expired.push(valueOf(record))
    await using consumer = watched.shareConsumer('late', { follow: false, onExpired })
    const taken: string[] = []
    await consumer.run(async (record) => {
      taken.push(valueOf(record))
      if (taken.length > 1) return
      const [receipt = ''] = receipts
      await client.shareGroups.acknowledge('late', [{ receipt, type: 'release', delayMs: 0 }])
    })
    expect(expired[0]).toBe('a:0')
    expect(taken.slice(-2)).toEqual(['a:0', 'a:1'])
    expect(await sharing.unsettled('late')).toBe(0)
  })
})

/** A fetch whose first answer to a request with that text comes when the group's locks have run out. */
function holding(
  group: string,
  text: string,
  onHeld: () => void = () => undefined,
): typeof globalThis.fetch {
  let isFirst = true
  return async (input, init) => {
    const response = await globalThis.fetch(input, init)
    const isIt = typeof init?.body === 'string' && init.body.includes(text)
    if (!isIt || !isFirst) return response
    isFirst = false
    await until(async () => (await sharing.acquired(group)) === 0)
    setTimeout(onHeld, 50)
    return response
  }
}

/** A fetch that notes each receipt that comes. */
function readingReceipts(receipts: string[]): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await globalThis.fetch(input, init)
    const url = input instanceof Request ? input.url : String(input)
    if (!url.endsWith('/acquire')) return response
    const answer = (await response.clone().json()) as { records?: { receipt: string }[] }
    receipts.push(...(answer.records ?? []).map(({ receipt }) => receipt))
    return response
  }
}

test('a server that starts again is nothing that a consumer notices', async () => {
  await sharing.make('restarted', ['a:0', 'b:1'])
  const taken: string[] = []
  const expired: unknown[] = []
  const onExpired = (record: ShareRecord) => expired.push(record)
  const consumer = client.shareConsumer('restarted', { onExpired })
  const running = consumer.run(async (record) => {
    taken.push(valueOf(record))
    if (valueOf(record) === 'a:0') await sharing.server.restart()
  })
  await until(() => taken.length === 2)
  await sharing.produce('restarted', ['a:2'])
  await until(async () => (await sharing.unsettled('restarted')) === 0)
  await consumer.close()
  await running
  expect(taken.toSorted()).toEqual(['a:0', 'a:2', 'b:1'])
  expect(expired).toEqual([])
})

test('an acknowledgement whose answer was lost is said again, and is no loss', async () => {
  await sharing.make('answerless', ['a:0', 'a:1'])
  let losses = 0
  const losing: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    const text = typeof init?.body === 'string' ? init.body : ''
    if (!text.includes('"accept"') || losses > 0) return response
    losses++
    throw new TypeError('The answer is lost.')
  }
  const expired: unknown[] = []
  const consumer = createClient(sharing.server.url, { fetch: losing }).shareConsumer('answerless', {
    follow: false,
    onExpired: (record) => expired.push(record),
  })
  const taken: string[] = []
  await consumer.run((record) => void taken.push(valueOf(record)))
  expect(losses).toBe(1)
  expect(taken).toEqual(['a:0', 'a:1'])
  expect(expired).toEqual([])
  expect(await sharing.unsettled('answerless')).toBe(0)
})
