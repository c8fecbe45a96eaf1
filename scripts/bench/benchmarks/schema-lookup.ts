import assert from 'node:assert/strict'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { decodeSchemaRecord } from '@millrace/schemas/schema-record'
import { SchemaRegistry } from '@millrace/schemas/schema-registry'
import { SCHEMAS_TOPIC, SchemaStore } from '@millrace/schemas/schema-store'
import { StateIndex } from '@millrace/storage/state-index'
import type { Benchmark, Verdict } from '../benchmark.ts'
import { openEngine } from '../engine.ts'
import { orderSchema } from '../order-records.ts'
import { amount, measureInTurns, median, repeatFor } from '../turns.ts'

const SCHEMAS = 1000
const MICROSECONDS_MAX = 10

export const schemaLookup: Benchmark = {
  name: 'schema-lookup',
  about:
    `A schema of ${SCHEMAS.toLocaleString('en-GB')} of ten fields, looked up by its id in a registry in this process, another ` +
    'one each time: ready to read and write data with, as produce and fetch have it; and as text, as clients get it.',
  async run(setting) {
    const { storage, logs } = await openEngine(setting.directory, 1)
    const log = logs[0] === undefined ? undefined : storage.log(logs[0])
    assert(log !== undefined)
    const definition = { name: SCHEMAS_TOPIC, log, decode: decodeSchemaRecord }
    const index = await StateIndex.open(storage, NODE_DISK, SYSTEM_CLOCK, [definition])
    const registry = new SchemaRegistry(
      new SchemaStore(index.state(SCHEMAS_TOPIC), SYSTEM_CLOCK),
      () => undefined,
    )
    const ids = shuffled(await registerMany(registry))
    await index.write()
    const { rates, figures } = await measureInTurns(
      [
        {
          name: 'ready to use',
          unit: 'lookups',
          run: (seconds) => parseAll(registry, ids, seconds),
        },
        { name: 'as text', unit: 'lookups', run: (seconds) => getAll(registry, ids, seconds) },
      ],
      setting,
    )
    await index.close()
    await storage.close()
    const [ready = [], text = []] = rates
    return { figures, verdicts: [verdict('ready to use', ready), verdict('as text', text)] }
  },
}

function verdict(what: string, rates: readonly number[]): Verdict {
  const microseconds = 1e6 / median(rates)
  return {
    target: `${what}: under ${MICROSECONDS_MAX} µs`,
    measured: `${amount(microseconds)} µs`,
    isReached: microseconds < MICROSECONDS_MAX,
  }
}

async function registerMany(registry: SchemaRegistry): Promise<readonly number[]> {
  const registered = await Promise.all(
    Array.from({ length: SCHEMAS }, (_, index) => {
      const schema = orderSchema(`shop.Order${index}`)
      return registry.register(`orders-${index}`, { schema, references: [] })
    }),
  )
  return registered.map(({ id }) => id)
}

/** Not in the order in which they were made. */
function shuffled(ids: readonly number[]): readonly number[] {
  return ids.map((_, index) => ids[(index * 617) % ids.length] ?? 0)
}

function parseAll(
  registry: SchemaRegistry,
  ids: readonly number[],
  seconds: number,
): Promise<number> {
  return repeatFor(seconds, () => {
    for (const id of ids) assert(registry.parsed(id) !== undefined)
    return ids.length
  })
}

function getAll(
  registry: SchemaRegistry,
  ids: readonly number[],
  seconds: number,
): Promise<number> {
  return repeatFor(seconds, async () => {
    for (const id of ids) await registry.getSchema(id)
    return ids.length
  })
}
