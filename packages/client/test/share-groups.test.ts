import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../src/client.ts'
import { Sharing } from './sharing.ts'

let sharing: Sharing
let client: Client
beforeAll(async () => {
  sharing = await Sharing.start()
  client = sharing.client
})
afterAll(async () => sharing[Symbol.asyncDispose]())

test('the calls themselves: acquire, renew, acknowledge', async () => {
  await sharing.make('by-hand', ['a:0', 'a:1'])
  const { shareGroups } = client
  const { records } = await shareGroups.acquire('by-hand', { consumer: 'w1', maxRecords: 1 })
  expect(records).toMatchObject([{ topic: 'by-hand', offset: 0, deliveryCount: 1 }])
  const receipt = records[0]?.receipt ?? ''
  const renewed = await shareGroups.acknowledge('by-hand', [{ receipt, type: 'renew' }])
  expect(renewed).toMatchObject([{ receipt, code: null, isRepeat: false }])
  expect(renewed[0]?.lockedUntil).toBeGreaterThanOrEqual(records[0]?.lockedUntil ?? Infinity)
  expect((await shareGroups.describe('by-hand')).consumers).toEqual([
    { consumer: 'w1', acquired: 1 },
  ])
  const next = await shareGroups.acquire('by-hand', {
    consumer: 'w1',
    acknowledgements: [{ receipt, type: 'accept' }],
  })
  expect(next.acknowledged).toMatchObject([{ receipt, code: null }])
  expect(next.records).toMatchObject([{ offset: 1 }])
  const [again] = await shareGroups.acknowledge('by-hand', [{ receipt, type: 'accept' }])
  expect(again?.code).toBe('RECEIPT_EXPIRED')
})

test('share groups are made, listed, altered and deleted', async () => {
  await client.topics.create('administered')
  const made = await client.shareGroups.put('admin', { topics: ['administered'] })
  expect(made).toMatchObject({ group: 'admin', ordering: 'key', deadLetter: null })
  const altered = await client.shareGroups.put('admin', {
    topics: ['administered'],
    maxDeliveryCount: 3,
  })
  expect(altered.maxDeliveryCount).toBe(3)
  const listed = []
  for await (const group of client.shareGroups.list()) listed.push(group)
  expect(listed).toContainEqual({ group: 'admin', topics: ['administered'], ordering: 'key' })
  await client.shareGroups.delete('admin')
  await expect(client.shareGroups.describe('admin')).rejects.toMatchObject({
    code: 'UNKNOWN_GROUP',
  })
})
