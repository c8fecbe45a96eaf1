import { encodeBatch } from '@millrace/model/batch-encoding'
import { crc32c } from '@millrace/model/crc32c'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, fetchAll } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
})
afterAll(() => serving[Symbol.asyncDispose]())

describe('a body of any other type', () => {
  test('is one value, byte for byte, with key, partition and headers beside it', async () => {
    await createTopic(serving, 'values', 2)
    const body = Buffer.from([0, 0xff, 0x0d, 0x0a])
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Millrace-Header-Trace': 'a1',
      'millrace-header-UTF': Buffer.from('é').toString('latin1'),
    }
    const answer = await call(serving, '/v1/topics/values/records?key=user-1&partition=1', {
      method: 'POST',
      headers,
      body,
    })
    expect(answer.json).toEqual({ records: [{ partition: 1, offset: 0 }], durability: 'fsync' })
    expect(await fetchAll(serving, 'values', 1)).toMatchObject([
      {
        key: 'user-1',
        valueBase64: body.toString('base64'),
        headers: [
          { name: 'trace', value: 'a1' },
          { name: 'utf', value: 'é' },
        ],
      },
    ])
  })

  test.each(['text/plain', 'text/plain; charset=utf-8', 'image/png', 'application/xml'])(
    'is taken as %s',
    async (type) => {
      const topic = type.replaceAll(/[^a-z]/g, '-')
      await createTopic(serving, topic)
      const sent = { method: 'POST', headers: { 'Content-Type': type }, body: 'plain' }
      expect(
        (await call(serving, `/v1/topics/${topic}/records?keyBase64=/w%3D%3D`, sent)).status,
      ).toBe(200)
      expect(await fetchAll(serving, topic)).toMatchObject([
        { keyBase64: '/w==', valueText: 'plain' },
      ])
    },
  )

  test('may be empty, which is no tombstone', async () => {
    await createTopic(serving, 'empty')
    const sent = { method: 'POST', headers: { 'Content-Type': 'text/plain' } }
    expect((await call(serving, '/v1/topics/empty/records', sent)).status).toBe(200)
    expect(await fetchAll(serving, 'empty')).toMatchObject([{ valueText: '' }])
  })

  test('is refused beyond the size of a record, and with two keys', async () => {
    await createTopic(serving, 'large')
    const headers = { 'Content-Type': 'text/plain' }
    const large = { method: 'POST', headers, body: 'x'.repeat(1024 * 1024 + 1) }
    expect(await call(serving, '/v1/topics/large/records', large)).toMatchObject({
      status: 413,
      json: { code: 'RECORD_TOO_LARGE', appended: false },
    })
    const twoKeys = { method: 'POST', headers, body: 'x' }
    expect(
      await call(serving, '/v1/topics/large/records?key=a&keyBase64=AA%3D%3D', twoKeys),
    ).toMatchObject({ status: 400 })
    expect(await fetchAll(serving, 'large')).toEqual([])
  })

  test('with another key beside the same bytes is another request', async () => {
    await createTopic(serving, 'keys')
    const headers = { 'Content-Type': 'text/plain', 'Idempotency-Key': 'k' }
    const sent = { method: 'POST', headers, body: 'x' }
    expect((await call(serving, '/v1/topics/keys/records?key=a', sent)).status).toBe(200)
    expect((await call(serving, '/v1/topics/keys/records?key=a', sent)).json.duplicate).toBe(true)
    expect((await call(serving, '/v1/topics/keys/records?key=b', sent)).status).toBe(422)
  })
})

test.each([
  ['Idempotency-Key', 'a b', 'must be 1 to 128 of'],
  ['If-Log-End-Offset', '-1', 'must be an offset'],
])('a header that is not as it should be is refused: %s: %s %s', async (name, value, message) => {
  const headers = { 'Content-Type': 'text/plain', [name]: value }
  const refused = { method: 'POST', headers, body: 'x' }
  expect(await call(serving, '/v1/topics/headers/records', refused)).toMatchObject({
    status: 400,
    json: { appended: false, errors: [{ message: expect.stringContaining(message) }] },
  })
})

describe('a body of record batches', () => {
  const recordsOf = (value: string) => [
    { key: null, value: Buffer.from(value), headers: [], timestamp: 1_700_000_000_000 },
  ]
  const batch = (value: string) => Buffer.from(encodeBatch({ records: recordsOf(value) }))
  const post = (topic: string, body: Buffer, query = '?partition=0') =>
    call(serving, `/v1/topics/${topic}/records${query}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/vnd.millrace.record-batches' },
      body,
    })

  test('is one append, answered by range, and comes back byte for byte', async () => {
    await createTopic(serving, 'raw')
    await post('raw', batch('zero'))
    const answer = await post('raw', Buffer.concat([batch('one'), batch('two')]))
    expect(answer.json).toEqual({
      ranges: [{ partition: 0, baseOffset: 1, lastOffset: 2 }],
      durability: 'fsync',
    })
    const raw = await fetch(`${serving.url}/v1/topics/raw/partitions/0/records?offset=1`, {
      headers: { Accept: 'application/vnd.millrace.record-batches' },
    })
    expect(raw.headers.get('millrace-next-offset')).toBe('3')
    expect(raw.headers.get('millrace-high-watermark')).toBe('3')
    const bytes = Buffer.from(await raw.arrayBuffer())
    // But for base offset, length and leader epoch, which come before the CRC.
    expect(bytes.subarray(-batch('two').length + 17)).toEqual(batch('two').subarray(17))
  })

  test.each([
    ['a wrong CRC', (good: Buffer) => withByte(good, good.length - 1, 0xff), 'CORRUPT_BATCH'],
    ['a length beyond the body', (good: Buffer) => withByte(good, 11, 0xff), 'CORRUPT_BATCH'],
    ['a cut end', (good: Buffer) => good.subarray(0, -1), 'CORRUPT_BATCH'],
    ['no batch at all', () => Buffer.from('hello'), 'CORRUPT_BATCH'],
    ['nothing', () => Buffer.alloc(0), 'INVALID_REQUEST'],
  ])('with %s appends nothing', async (name, spoil, code) => {
    const topic = name.replaceAll(' ', '-')
    await createTopic(serving, topic)
    const answer = await post(topic, Buffer.concat([spoil(batch('spoilt'))]))
    expect(answer).toMatchObject({ status: 400, json: { code, appended: false } })
    expect(
      await post(topic, Buffer.concat([batch('good'), Buffer.from(spoil(batch('bad')))])),
    ).toMatchObject(name === 'nothing' ? { status: 200 } : { status: 400 })
    expect(await fetchAll(serving, topic)).toHaveLength(name === 'nothing' ? 1 : 0)
  })

  test('of several says which is not sound, and as a sentence what is wrong with it', async () => {
    await createTopic(serving, 'several')
    const spoilt = withByte(batch('bad'), batch('bad').length - 1, 0xff)
    const answer = await post('several', Buffer.concat([batch('good'), spoilt, batch('good')]))
    const at = batch('good').length
    expect(answer.json.detail).toMatch(`Batch 1, at byte ${at}: Its CRC is wrong. Encode it`)
    const compressed = Buffer.from(encodeBatch({ records: recordsOf('x'), codec: 'gzip' }))
    // Its first byte, and then the CRC over it.
    compressed[61] = 0
    compressed.writeUInt32BE(crc32c(compressed.subarray(21)), 17)
    expect((await post('several', compressed)).json.detail).toMatch(/cannot be read: .+[a-z]\. Enc/)
  })

  test('needs a partition, and takes no key', async () => {
    await createTopic(serving, 'routed')
    expect(await post('routed', batch('x'), '')).toMatchObject({ status: 400 })
    expect(await post('routed', batch('x'), '?partition=0&key=a')).toMatchObject({ status: 400 })
    expect(await post('routed', batch('x'), '?partition=7')).toMatchObject({ status: 404 })
    expect(await post('routed', batch('x'), '?partition=-1')).toMatchObject({ status: 400 })
  })

  test('with producer id, epoch and sequence is held to their order', async () => {
    await createTopic(serving, 'sequenced')
    const { json } = await call(serving, '/v1/producers', { method: 'POST' })
    const { producerId, producerEpoch } = json
    const sequenced = (baseSequence: number, epoch: number = producerEpoch) =>
      Buffer.from(
        encodeBatch({
          producerId,
          producerEpoch: epoch,
          baseSequence,
          records: [{ key: null, value: Buffer.from('x'), headers: [], timestamp: 1 }],
        }),
      )
    const first = await post('sequenced', sequenced(0))
    expect(first).toMatchObject({ status: 200 })
    expect(await post('sequenced', sequenced(0))).toMatchObject({
      status: 200,
      json: { ranges: first.json.ranges, duplicate: true },
    })
    expect(await post('sequenced', sequenced(7))).toMatchObject({
      status: 409,
      json: { code: 'OUT_OF_ORDER_SEQUENCE', expectedSequence: 1 },
    })
    expect(await post('sequenced', sequenced(0, 1))).toMatchObject({ status: 200 })
    expect(await post('sequenced', sequenced(1))).toMatchObject({
      status: 409,
      json: { code: 'PRODUCER_FENCED' },
    })
  })
})

function withByte(bytes: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = byte
  return changed
}
