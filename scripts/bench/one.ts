/** Runs one benchmark, in this process, and sends what was measured to the one that started it. */
import type { Setting } from './benchmark.ts'
import { findBenchmark } from './benchmarks.ts'

const [name = '', settingText = '{}'] = process.argv.slice(2)
const { about, run } = await findBenchmark(name)
const measurement = await run(JSON.parse(settingText) as Setting)
process.send?.({ about, ...measurement })
process.disconnect?.()
