import type { Benchmark } from './benchmark.ts'

/** In the order of the report. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  parts: async () => (await import('./benchmarks/parts.ts')).parts,
}

export const BENCHMARK_NAMES: readonly string[] = Object.keys(BENCHMARKS)

export async function findBenchmark(name: string): Promise<Benchmark> {
  const load = BENCHMARKS[name]
  if (load === undefined) throw new TypeError(`no benchmark is called ${name}`)
  return load()
}
