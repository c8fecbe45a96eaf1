import type { Benchmark } from './benchmark.ts'

/** In the order of the report. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'engine-append': async () => (await import('./benchmarks/engine-append.ts')).engineAppend,
  'engine-partitions': async () =>
    (await import('./benchmarks/engine-partitions.ts')).enginePartitions,
  'http-partitions': async () => (await import('./benchmarks/http-partitions.ts')).httpPartitions,
  'http-raw-produce': async () => (await import('./benchmarks/http-raw-produce.ts')).httpRawProduce,
  'http-raw-fetch': async () => (await import('./benchmarks/http-raw-fetch.ts')).httpRawFetch,
  'http-small-json': async () => (await import('./benchmarks/http-small-json.ts')).httpSmallJson,
  'http-json-batches': async () =>
    (await import('./benchmarks/http-json-batches.ts')).httpJsonBatches,
  'tail-read': async () => (await import('./benchmarks/tail-read.ts')).tailRead,
  'ndjson-memory': async () => (await import('./benchmarks/ndjson-memory.ts')).ndjsonMemory,
  'idle-readers': async () => (await import('./benchmarks/idle-readers.ts')).idleReaders,
  'group-read': async () => (await import('./benchmarks/group-read.ts')).groupRead,
  'idle-groups': async () => (await import('./benchmarks/idle-groups.ts')).idleGroups,
  'share-settle': async () => (await import('./benchmarks/share-settle.ts')).shareSettle,
  'share-memory': async () => (await import('./benchmarks/share-memory.ts')).shareMemory,
  'schema-produce': async () => (await import('./benchmarks/schema-produce.ts')).schemaProduce,
  'schema-fetch': async () => (await import('./benchmarks/schema-fetch.ts')).schemaFetch,
  'schema-lookup': async () => (await import('./benchmarks/schema-lookup.ts')).schemaLookup,
  restart: async () => (await import('./benchmarks/restart.ts')).restart,
  parts: async () => (await import('./benchmarks/parts.ts')).parts,
}

export const BENCHMARK_NAMES: readonly string[] = Object.keys(BENCHMARKS)

export async function findBenchmark(name: string): Promise<Benchmark> {
  const load = BENCHMARKS[name]
  if (load === undefined) throw new TypeError(`no benchmark is called ${name}`)
  return load()
}
