import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { COMPATIBILITY_LEVELS } from '@millrace/model/schema-registry'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OpenedRegistry, openRegistry, outcomeOf, recordOf } from './open-registry.ts'
import { RegistryModel } from './registry-model.ts'

interface Real {
  opened: OpenedRegistry
  readonly directory: string
}

type Command = fc.AsyncCommand<RegistryModel, Real>

const subjects = fc.constantFrom('orders-value', 'b/ü %')
const holders = fc.constantFrom('paid-value', 'due')
const versions = fc.integer({ min: 1, max: 4 })
const fields = fc
  .subarray(['a', 'b', 'c'])
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.constantFrom(name, `${name}?`))).map((list) => [...list]),
  )

function command(title: string, run: Command['run']): Command {
  return { check: () => true, run, toString: () => title }
}

const commands: fc.Arbitrary<Command>[] = [
  fc.tuple(subjects, fields).map(([subject, names]) =>
    command(`register ${subject} ${names.join()}`, async (model, { opened }) => {
      const input = { schema: recordOf('R', names), references: [] }
      const outcome = await outcomeOf(opened.registry.register(subject, input))
      const expected = model.register(subject, { fields: names })
      expect(typeof outcome === 'string' ? outcome : outcome.id).toBe(expected)
    }),
  ),
  fc.tuple(holders, subjects, versions).map(([subject, of, version]) =>
    command(`register ${subject} with ${of} ${version}`, async (model, { opened }) => {
      const references = [{ name: 'R', subject: of, version }]
      const schema = '{"type":"record","name":"H","fields":[{"name":"r","type":"R"}]}'
      const outcome = await outcomeOf(opened.registry.register(subject, { schema, references }))
      const expected = model.register(subject, { fields: [], reference: { subject: of, version } })
      expect(typeof outcome === 'string' ? outcome : outcome.id).toBe(expected)
    }),
  ),
  fc
    .tuple(fc.oneof(subjects, holders), versions, fc.boolean())
    .map(([subject, version, permanent]) =>
      command(`delete ${subject} ${version} ${permanent}`, async (model, { opened }) => {
        const outcome = await outcomeOf(opened.registry.deleteVersion(subject, version, permanent))
        expect(outcome).toBe(model.deleteVersion(subject, version, permanent))
      }),
    ),
  fc.tuple(fc.oneof(subjects, holders), fc.boolean()).map(([subject, permanent]) =>
    command(`delete ${subject} ${permanent}`, async (model, { opened }) => {
      const outcome = await outcomeOf(opened.registry.deleteSubject(subject, permanent))
      expect(outcome).toEqual(model.deleteSubject(subject, permanent))
    }),
  ),
  fc
    .tuple(fc.option(subjects, { nil: undefined }), fc.constantFrom(...COMPATIBILITY_LEVELS))
    .map(([subject, compatibility]) =>
      command(`${subject} is ${compatibility}`, async (model, { opened }) => {
        await opened.registry.setConfig(subject, { compatibility })
        model.levels.set(subject ?? '', compatibility)
      }),
    ),
  fc.boolean().map((isIndexLost) =>
    command(`restart, ${isIndexLost ? 'without' : 'with'} the index`, async (model, real) => {
      await real.opened[Symbol.asyncDispose]()
      if (isIndexLost) await rm(join(real.directory, 'index'), { recursive: true })
      real.opened = await openRegistry(real.directory)
      await expectSame(model, real)
    }),
  ),
]

async function expectSame(model: RegistryModel, { opened: { registry } }: Real): Promise<void> {
  const names = [...model.subjects.keys()].toSorted()
  expect(await registry.listSubjects({ deleted: true })).toEqual(names)
  const listed = await registry.listSchemas({ deleted: true })
  expect(
    listed.map(({ subject, version, id, isDeleted }) => [subject, version, id, isDeleted]),
  ).toEqual(
    names.flatMap((name) =>
      model.subjects.get(name)!.map(({ version, id, isDeleted }) => [name, version, id, isDeleted]),
    ),
  )
  for (const name of names) {
    const last = model.live(name).at(-1)
    const found = registry.findVersion(name, 'latest')
    expect(found && [found.id, found.version]).toEqual(last && [last.id, last.version])
  }
  for (const [index] of model.schemas.entries()) {
    expect(registry.parsed(index + 1), `schema ${index + 1}`).toBeDefined()
  }
  expect(registry.parsed(model.schemas.length + 1)).toBeUndefined()
}

test('whatever happens, the registry is what the plain model is, also after restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40 }), async (history) => {
      await using directory = await makeTempDirectory()
      const real = { opened: await openRegistry(directory.path), directory: directory.path }
      const model = new RegistryModel()
      try {
        await fc.asyncModelRun(() => ({ model, real }), history)
        await expectSame(model, real)
      } finally {
        await real.opened[Symbol.asyncDispose]()
      }
    }),
    { numRuns: 40 },
  )
})
