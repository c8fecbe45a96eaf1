import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, type MillraceError } from '../src/index.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

const TOTAL = { name: 'total', type: 'long' }
const NOTE = { name: 'note', type: ['null', 'string'], default: null }

function order(...fields: readonly object[]) {
  return { type: 'record', name: 'Order', fields }
}

async function failureOf(failing: Promise<unknown>): Promise<MillraceError> {
  return failing.then(
    () => expect.unreachable(),
    (error: MillraceError) => error,
  )
}

test('schemas are registered, looked up and read, by version and by id', async () => {
  const { schemas } = createClient(server.url)
  const first = await schemas.register('a-value', { schema: order(TOTAL) })
  expect(first).toEqual({ subject: 'a-value', version: 1, id: expect.any(Number) })
  expect(await schemas.register('a-value', { schema: JSON.stringify(order(TOTAL)) })).toEqual(first)
  const second = await schemas.register('a-value', { schema: order(TOTAL, NOTE) })
  expect(second.version).toBe(2)
  expect(await schemas.subjects({ prefix: 'a-' })).toEqual(['a-value'])
  expect(await schemas.versions('a-value')).toEqual([1, 2])
  const latest = await schemas.get('a-value')
  expect(latest).toEqual({ ...second, schema: JSON.stringify(order(TOTAL, NOTE)), references: [] })
  expect(await schemas.get('a-value', { version: 1 })).toMatchObject(first)
  expect(await schemas.getById(first.id)).toEqual({
    schema: JSON.stringify(order(TOTAL)),
    references: [],
  })
  expect(await schemas.lookup('a-value', { schema: order(TOTAL) })).toMatchObject(first)
  expect(await schemas.versionsOf(first.id)).toEqual([{ subject: 'a-value', version: 1 }])
})

test('all subjects and versions are listed, however many there are', async () => {
  const { schemas } = createClient(server.url)
  const names = Array.from({ length: 1001 }, (_, index) => `many-${String(index).padStart(4, '0')}`)
  await Promise.all(names.map((name) => schemas.register(name, { schema: '"long"' })))
  await schemas.register('many-0000', { schema: '"double"' })
  expect(await schemas.subjects({ prefix: 'many-' })).toEqual(names)
  const listed: string[] = []
  for await (const { subject, version } of schemas.list({ prefix: 'many-' })) {
    listed.push(`${subject}@${version}`)
  }
  const latest: string[] = []
  for await (const { subject, version } of schemas.list({ prefix: 'many-', latestOnly: true })) {
    latest.push(`${subject}@${version}`)
  }
  expect(latest).toEqual(['many-0000@2', ...names.slice(1).map((name) => `${name}@1`)])
  expect(listed).toEqual(['many-0000@1', ...latest])
})

test('a schema refers to another', async () => {
  const { schemas } = createClient(server.url)
  await schemas.register('item', { schema: { ...order(TOTAL), name: 'Item' } })
  const references = [{ name: 'Item', subject: 'item', version: 1 }]
  const schema = order({ name: 'item', type: 'Item' })
  const { id } = await schemas.register('refers', { schema, references })
  expect(await schemas.getById(id)).toEqual({ schema: JSON.stringify(schema), references })
})

test('what would break readers is told with its reasons, and refused', async () => {
  const { schemas } = createClient(server.url)
  await schemas.register('strict', { schema: order(TOTAL) })
  const schema = order(TOTAL, { name: 'user', type: 'string' })
  const { isCompatible, messages } = await schemas.check('strict', { schema })
  expect(isCompatible).toBe(false)
  expect(messages[0]).toContain('READER_FIELD_MISSING_DEFAULT_VALUE')
  expect(await schemas.check('strict', { schema }, { version: 1 })).toMatchObject({
    isCompatible: false,
  })
  const refused = await failureOf(schemas.register('strict', { schema }))
  expect(refused).toMatchObject({ code: 'INCOMPATIBLE_SCHEMA', errorCode: 409, status: 409 })
  await schemas.setConfig('strict', { compatibility: 'NONE' })
  expect(await schemas.config('strict')).toEqual({ compatibility: 'NONE' })
  expect(await schemas.check('strict', { schema })).toEqual({ isCompatible: true, messages: [] })
  expect(await schemas.deleteConfig('strict')).toEqual({ compatibility: 'NONE' })
  expect(await schemas.config('strict', { inherit: true })).toEqual({ compatibility: 'BACKWARD' })
  expect(await failureOf(schemas.config('strict'))).toMatchObject({
    code: 'COMPATIBILITY_NOT_CONFIGURED',
  })
})

test('a mode says what may be done', async () => {
  const { schemas } = createClient(server.url)
  await schemas.setMode('fixed', 'READONLY')
  expect(await schemas.mode('fixed')).toBe('READONLY')
  const refused = await failureOf(schemas.register('fixed', { schema: order(TOTAL) }))
  expect(refused).toMatchObject({ code: 'OPERATION_NOT_PERMITTED', errorCode: 42205 })
  expect(await schemas.deleteMode('fixed')).toBe('READONLY')
  expect(await schemas.mode('fixed', { inherit: true })).toBe('READWRITE')
  expect(await schemas.mode(undefined)).toBe('READWRITE')
})

test('what is deleted can be seen, until it is deleted for good', async () => {
  const { schemas } = createClient(server.url)
  await schemas.register('gone', { schema: order(TOTAL) })
  await schemas.register('gone', { schema: order(TOTAL, NOTE) })
  expect(await schemas.delete('gone', { version: 1 })).toEqual([1])
  expect(await schemas.versions('gone')).toEqual([2])
  expect(await schemas.versions('gone', { deleted: true })).toEqual([1, 2])
  expect(await failureOf(schemas.get('gone', { version: 1 }))).toMatchObject({
    code: 'VERSION_NOT_FOUND',
  })
  expect(await schemas.delete('gone')).toEqual([2])
  expect(await schemas.delete('gone', { permanent: true })).toEqual([1, 2])
  expect(await failureOf(schemas.versions('gone', { deleted: true }))).toMatchObject({
    code: 'SUBJECT_NOT_FOUND',
    errorCode: 40401,
    appended: false,
  })
})

test('a schema that is none is refused with the registry’s own code', async () => {
  const { schemas } = createClient(server.url)
  const refused = await failureOf(schemas.register('bad', { schema: '{"type":"recrod"}' }))
  expect(refused).toMatchObject({ code: 'INVALID_SCHEMA', errorCode: 42201, retriable: false })
})
