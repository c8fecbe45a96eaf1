import { seededRandom } from '@millrace/testing/seeded-random'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../src/client.ts'
import type { ShareRecord } from '../src/share-record.ts'
import { startProxy } from './cutting-proxy.ts'
import { pause, Sharing, until, valueOf } from './sharing.ts'

let sharing: Sharing
beforeAll(async () => {
  sharing = await Sharing.start()
})
afterAll(async () => sharing[Symbol.asyncDispose]())

test.each([1, 2, 3])(
  'connections that are cut, handlers that fail: each record is handled, a key in order and alone (seed %i)',
  async (seed) => {
    const random = seededRandom(seed)
    const group = `cut-${seed}`
    const values = Array.from({ length: 120 }, (_, number) => `${number % 7}:${number}`)
    const settings = { acquisitionLockMs: 2_000, maxDeliveryCount: 100 }
    await sharing.make(group, values, settings)
    await using proxy = await startProxy(sharing.server.url, () => {
      if (random.chance(30)) return undefined
      const bytes = random.below(6_000)
      return random.chance(50) ? { afterSent: bytes } : { afterReceived: bytes }
    })
    const handled = new Map<string, string[]>()
    const running = new Set<string>()
    const handler = async (record: ShareRecord): Promise<void> => {
      const value = valueOf(record)
      const [key = ''] = value.split(':')
      // Whose lock is lost may be handled elsewhere by now: the handler is told, and ends.
      expect(running.has(key)).toBe(false)
      running.add(key)
      await pause(random.below(10))
      running.delete(key)
      if (random.chance(10)) throw new Error('not now')
      handled.set(key, [...(handled.get(key) ?? []), value])
    }
    const consumers = ['one', 'other'].map((consumer) => {
      return createClient(proxy.url).shareConsumer(group, { consumer, concurrency: 5 })
    })
    const runs = consumers.map((consumer) => consumer.run(handler))
    const settled = until(async () => (await sharing.unsettled(group)) === 0)
    await Promise.race([settled, ...runs])
    await Promise.all(consumers.map((consumer) => consumer.close()))
    await Promise.all(runs)
    expect(proxy.cuts).toBeGreaterThan(0)
    for (let key = 0; key < 7; key++) {
      const own = handled.get(String(key)) ?? []
      const isOwn = (value: string) => value.startsWith(`${key}:`)
      // What came again came before anything later did.
      expect(own.filter((value, index) => own.indexOf(value) === index)).toEqual(
        values.filter(isOwn),
      )
    }
  },
)
