import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { openRegistry, outcomeOf, recordOf } from './open-registry.ts'

const R = { schema: recordOf('R', ['a']), references: [] }

describe('the registry refuses', () => {
  test('one subject, one version of it, one version in all too many', async () => {
    await using directory = await makeTempDirectory()
    const limits = { subjectsMax: 2, subjectVersionsMax: 2, versionsMax: 3 }
    await using opened = await openRegistry(directory.path, limits)
    const { registry } = opened
    const refused = 'OPERATION_NOT_PERMITTED'
    await registry.setConfig(undefined, { compatibility: 'NONE' })
    const register = (subject: string, field: string) =>
      outcomeOf(registry.register(subject, { schema: recordOf('R', [field]), references: [] }))
    expect(await register('s', 'a')).toMatchObject({ version: 1 })
    expect(await register('s', 'b')).toMatchObject({ version: 2 })
    expect(await register('s', 'c')).toBe(refused)
    expect(await register('s', 'a')).toMatchObject({ version: 1 })
    expect(await register('t', 'a')).toMatchObject({ version: 1 })
    expect(await register('t', 'b')).toBe(refused)
    expect(await register('u', 'a')).toBe(refused)
    // What is gone for good makes room; what is deleted otherwise does not.
    await registry.deleteVersion('s', 1, false)
    expect(await register('s', 'c')).toBe(refused)
    await registry.deleteVersion('s', 1, true)
    expect(await register('s', 'c')).toMatchObject({ version: 3 })
  })

  test('references that go deeper than they may be many, and reads those that do not', async () => {
    await using directory = await makeTempDirectory()
    await using opened = await openRegistry(directory.path)
    const { registry } = opened
    let last = await registry.register('r0', { schema: recordOf('R0', ['a']), references: [] })
    for (let depth = 1; depth <= 60; depth++) {
      const field = { name: 'r', type: `R${depth - 1}` }
      const schema = JSON.stringify({ type: 'record', name: `R${depth}`, fields: [field] })
      const references = [{ name: field.type, subject: `r${depth - 1}`, version: 1 }]
      last = await registry.register(`r${depth}`, { schema, references })
    }
    expect(registry.parsed(last.id)?.text).toBe(last.schema)
  })
})

test('registering the same at once gives one id and one version', async () => {
  await using directory = await makeTempDirectory()
  await using opened = await openRegistry(directory.path)
  const { registry } = opened
  const answers = await Promise.all(Array.from({ length: 20 }, () => registry.register('s', R)))
  expect(new Set(answers.map(({ id, version }) => `${id} ${version}`))).toEqual(new Set(['1 1']))
  expect(await registry.listVersions('s', {})).toEqual([1])
})

test('pages through subjects by their names', async () => {
  await using directory = await makeTempDirectory()
  await using opened = await openRegistry(directory.path)
  const { registry } = opened
  const names = Array.from({ length: 250 }, (_, index) => `s${index}`)
  await Promise.all(names.map((name) => registry.register(name, R)))
  const listed: string[] = []
  for (let offset = 0; ; offset += 100) {
    const page = await registry.listSubjects({ prefix: 's', offset, limit: 100 })
    listed.push(...page)
    if (page.length < 100) break
  }
  expect(listed).toEqual(names.toSorted())
  expect(await registry.listSubjects({ prefix: 's24' })).toHaveLength(11)
  expect(await registry.listSchemas({ limit: 10, offset: 245 })).toHaveLength(5)
})
