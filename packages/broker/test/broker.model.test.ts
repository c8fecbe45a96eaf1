import { partitionOfKey } from '@millrace/model/partitioner'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { harmIndex, INDEX_HARMS, type IndexHarm } from './harm-index.ts'
import { at, openBroker, record, valuesOf } from './open-broker.ts'

/** What a broker must look like, in the simplest terms. */
interface Model {
  readonly topics: Map<string, { readonly partitions: ModelPartition[] }>
  /** Group, topic and partition to offset; a topic that goes takes its offsets along. */
  readonly committed: Map<string, number>
}

interface ModelPartition {
  start: number
  values: string[]
}

interface Real {
  broker: EmbeddedBroker
  readonly directory: string
}

type Command = fc.AsyncCommand<Model, Real>

const NAMES = ['a', 'b.c', 'd'] as const
const GROUPS = ['g', 'g.h'] as const
const names = fc.constantFrom(...NAMES)
const groups = fc.constantFrom(...GROUPS)

/** A command on a topic that exists. */
function onTopic(
  name: string,
  title: string,
  run: (
    topic: { readonly partitions: ModelPartition[] },
    model: Model,
    real: Real,
  ) => Promise<void>,
): Command {
  return {
    check: (model) => model.topics.has(name),
    run: (model, real) => run(model.topics.get(name)!, model, real),
    toString: () => `${title} ${name}`,
  }
}

function create(name: string, partitions: number): Command {
  return {
    check: (model) => !model.topics.has(name),
    async run(model, { broker }) {
      const { created } = await broker.createTopic(name, { partitions })
      expect(created).toBe(true)
      const empty = Array.from({ length: partitions }, () => ({ start: 0, values: [] }))
      model.topics.set(name, { partitions: empty })
    },
    toString: () => `create ${name} with ${partitions}`,
  }
}

function remove(name: string): Command {
  return onTopic(name, 'delete', async (_topic, model, { broker }) => {
    await broker.deleteTopic(name)
    model.topics.delete(name)
    for (const key of model.committed.keys()) {
      if (key.split(' ')[1] === name) model.committed.delete(key)
    }
  })
}

function grow(name: string): Command {
  return onTopic(name, 'grow', async ({ partitions }, _model, { broker }) => {
    await broker.alterTopic(name, { partitions: partitions.length + 1 })
    partitions.push({ start: 0, values: [] })
  })
}

type Wanted = { readonly key?: string; readonly value: string }

function produce(name: string, wanted: readonly Wanted[]): Command {
  const title = `produce ${JSON.stringify(wanted)} to`
  return onTopic(name, title, async ({ partitions }, _model, { broker }) => {
    const records = wanted.map(({ key, value }) => record(value, key === undefined ? {} : { key }))
    const { records: places } = await broker.produceRecords(name, records, {})
    expect(places).toHaveLength(wanted.length)
    for (const [index, { key, value }] of wanted.entries()) {
      const { partition, offset } = places[index]!
      const model = partitions[partition]!
      if (key !== undefined) {
        expect(partition).toBe(partitionOfKey(Buffer.from(key), partitions.length))
      }
      expect(offset).toBe(model.values.length)
      model.values.push(value)
    }
  })
}

function trim(name: string, share: number): Command {
  return onTopic(name, 'trim', async ({ partitions }, _model, { broker }) => {
    const [first] = partitions
    const before = Math.floor(first!.values.length * share)
    await broker.trimPartition(name, 0, at(before))
    first!.start = Math.max(first!.start, before)
  })
}

function commit(name: string, group: string, share: number): Command {
  return onTopic(name, `commit for ${group} in`, async ({ partitions }, model, { broker }) => {
    const commits = partitions.map(({ values }, partition) => ({
      topic: name,
      partition,
      offset: at(Math.floor(values.length * share)),
    }))
    await broker.commitOffsets(group, commits)
    for (const { partition, offset } of commits) {
      model.committed.set(`${group} ${name} ${partition}`, offset)
    }
  })
}

function reset(name: string, group: string, by: number): Command {
  return onTopic(name, `shift ${group} by ${by} in`, async ({ partitions }, model, { broker }) => {
    const plan = { topic: name, to: { at: 'shift', by }, dryRun: true } as const
    const planned = await broker.resetOffsets(group, plan)
    const moves = await broker.resetOffsets(group, { ...plan, dryRun: false })
    expect(moves).toEqual(planned)
    const expected = partitions.flatMap(({ start, values }, partition) => {
      const from = model.committed.get(`${group} ${name} ${partition}`)
      if (from === undefined) return []
      return [
        { topic: name, partition, from, to: Math.min(Math.max(from + by, start), values.length) },
      ]
    })
    expect(moves).toEqual(expected)
    for (const { partition, to } of moves) model.committed.set(`${group} ${name} ${partition}`, to)
  })
}

function forget(name: string, group: string): Command {
  return {
    check: (model) => model.committed.has(`${group} ${name} 0`),
    async run(model, { broker }) {
      await broker.deleteOffsets(group, { topic: name })
      for (const key of model.committed.keys()) {
        if (key.startsWith(`${group} ${name} `)) model.committed.delete(key)
      }
    },
    toString: () => `forget what ${group} committed in ${name}`,
  }
}

const restart: Command = {
  check: () => true,
  async run(_model, real) {
    await real.broker.close()
    real.broker = await openBroker(real.directory)
  },
  toString: () => 'restart',
}

/** Whatever becomes of the index between two starts, nobody can tell. */
function restartWith(harm: IndexHarm): Command {
  return {
    check: () => true,
    async run(_model, real) {
      await real.broker.close()
      await harmIndex(real.directory, harm)
      real.broker = await openBroker(real.directory)
    },
    toString: () => `restart with an index that was ${harm}`,
  }
}

async function expectSame(model: Model, { broker }: Real): Promise<void> {
  const { topics } = await broker.listTopics({ limit: 100 })
  const theirs = topics.filter(({ internal }) => !internal).map(({ name }) => name)
  expect(theirs).toEqual([...model.topics.keys()].sort())
  for (const [name, { partitions }] of model.topics) {
    for (const [partition, { start, values }] of partitions.entries()) {
      expect(await valuesOf(broker, name, partition)).toEqual(values.slice(start))
    }
  }
  for (const group of GROUPS) {
    const found = await broker.committedOffsets(group, {})
    const committed = found.map(({ topic, partition, offset }) => [
      `${group} ${topic} ${partition}`,
      offset,
    ])
    const expected = [...model.committed].filter(([key]) => key.startsWith(`${group} `))
    expect(committed).toEqual(expected.toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }
  const { groups: listed } = await broker.listGroups({ limit: 100 })
  const withOffsets = GROUPS.filter((group) =>
    [...model.committed.keys()].some((key) => key.startsWith(`${group} `)),
  )
  expect(listed.map(({ group }) => group)).toEqual(withOffsets)
}

/** A command, and then a look at everything. */
function looking(command: Command): Command {
  return {
    check: (model) => command.check(model),
    async run(model, real) {
      await command.run(model, real)
      await expectSame(model, real)
    },
    toString: () => command.toString(),
  }
}

const share = fc.double({ min: 0, max: 1, noNaN: true })
const key = fc.option(fc.string({ maxLength: 3 }), { nil: undefined })
const wanted = fc.array(
  fc
    .record({ value: fc.string({ maxLength: 20 }), key })
    .map((each): Wanted =>
      each.key === undefined ? { value: each.value } : { value: each.value, key: each.key },
    ),
  { minLength: 1, maxLength: 5 },
)
const commands = fc.commands(
  [
    fc.tuple(names, fc.integer({ min: 1, max: 3 })).map(([name, count]) => create(name, count)),
    fc.tuple(names, wanted).map(([name, records]) => produce(name, records)),
    fc.tuple(names, wanted).map(([name, records]) => produce(name, records)),
    fc.tuple(names, groups, share).map(([name, group, part]) => commit(name, group, part)),
    fc.tuple(names, groups, fc.integer({ min: -5, max: 5 })).map((each) => reset(...each)),
    fc.tuple(names, groups).map(([name, group]) => forget(name, group)),
    fc.tuple(names, share).map(([name, part]) => trim(name, part)),
    names.map(grow),
    names.map(remove),
    fc.constant(restart),
    fc.constantFrom(...INDEX_HARMS).map(restartWith),
  ].map((each) => each.map(looking)),
  // The default size makes a handful: two topics and a restart would hardly meet.
  { maxCommands: 40, size: 'max' },
)

test('a broker does what a list of lists would do, through any number of restarts', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (run) => {
      await using directory = await makeTempDirectory()
      const real: Real = {
        broker: await openBroker(directory.path),
        directory: directory.path,
      }
      try {
        const setUp = () => ({ model: { topics: new Map(), committed: new Map() }, real })
        await fc.asyncModelRun(setUp, run)
      } finally {
        await real.broker.close()
      }
    }),
    { numRuns: 20 },
  )
}, 120_000)
