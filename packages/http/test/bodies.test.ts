import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerOn, call, createTopic, fetchAll, produce, values } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
})
afterAll(() => serving[Symbol.asyncDispose]())

describe('an address that takes no body', () => {
  test.each([
    ['in JSON', { 'Content-Type': 'application/json' }],
    ['as a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['as text', { 'Content-Type': 'text/plain' }],
  ])('refuses one %s, instead of doing more than its sender meant', async (_kind, headers) => {
    await createTopic(serving, 't').catch(() => undefined)
    await produce(serving, 't', [{ value: 1 }])
    const commit = { offsets: [{ topic: 't', partition: 0, offset: 1 }] }
    await call(serving, '/v1/groups/g/offsets', { body: commit })
    const sent = { method: 'DELETE', headers, body: '{"topic":"another"}' }
    const { status, json } = await call(serving, '/v1/groups/g/offsets', sent)
    expect(status).toBe(400)
    expect(json).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: 'DELETE /v1/groups/:group/offsets takes no body: what it needs is in its address.',
    })
    expect((await call(serving, '/v1/groups/g/offsets')).json.offsets).toHaveLength(1)
  })

  test('takes an empty one, whatever type that is said to have', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' }
    expect(await call(serving, '/v1/producers', { method: 'POST', headers })).toMatchObject({
      status: 200,
      json: { producerEpoch: 0 },
    })
  })
})

describe('JSON of another kind than an object', () => {
  test.each(['null', '[]', '5', '"a"'])('is refused where it is %s', async (body) => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await call(serving, '/v1/topics/none', { method: 'PUT', headers, body })
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST', detail: 'The body must be an object.' },
    })
    expect(await call(serving, '/v1/topics/none')).toMatchObject({ status: 404 })
  })

  test('is told from none at all', async () => {
    await createTopic(serving, 'unchanged')
    const empty = await call(serving, '/v1/topics/unchanged', { method: 'PATCH', body: {} })
    expect(empty.json.detail).toBe('The body must name at least one field.')
    const none = await call(serving, '/v1/topics/unchanged', { method: 'PATCH' })
    expect(none.json.detail).toBe(
      `There is no body. Send JSON: curl -X PATCH --json '{"partitions":12}' '${serving.url}/v1/topics/unchanged'`,
    )
  })
})

test('a name that is not known is not sent back at any length', async () => {
  const body = { ['x'.repeat(100_000)]: 1 }
  const answer = await call(serving, '/v1/topics/none', { method: 'PUT', body })
  expect(answer.status).toBe(400)
  expect(answer.text.length).toBeLessThan(1000)
})

test('whoever closes after this request still gets the answer to a body that is not read', async () => {
  await createTopic(serving, 'large')
  const socket = connect(serving.port, '127.0.0.1')
  const answer = answerOn(socket)
  socket.write(
    'POST /v1/topics/large/records HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' +
      'Content-Type: application/json\r\nContent-Length: 12000000\r\n\r\n',
  )
  socket.write(Buffer.alloc(12_000_000, ' '))
  expect(await answer).toMatch(/^HTTP\/1.1 413 /)
  expect(await fetchAll(serving, 'large')).toEqual([])
})

test('large bodies at once and one after another, in memory that is used again, keep their own records', async () => {
  await createTopic(serving, 'lent')
  const valueOf = (wave: number, body: number) => `${wave}-${body} `.repeat(20_000)
  for (let wave = 0; wave < 4; wave++) {
    const bodies = Array.from({ length: 6 }, (_, body) => [{ value: valueOf(wave, body) }])
    await Promise.all(bodies.map((records) => produce(serving, 'lent', records)))
  }
  const found = await values(serving, 'lent')
  const sent = [0, 1, 2, 3].flatMap((wave) => [0, 1, 2, 3, 4, 5].map((body) => valueOf(wave, body)))
  expect(new Set(found)).toEqual(new Set(sent))
  expect(found).toHaveLength(sent.length)
})
