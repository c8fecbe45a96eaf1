/** Runs one benchmark, in this process, and sends what was measured to the one that started it. */
// The engine in this process has what it has in a server.
import '../../packages/cli/src/process-settings.ts'
import type { Setting } from './benchmark.ts'
import { findBenchmark } from './benchmarks.ts'

const [name = '', settingText = '{}'] = process.argv.slice(2)
const { about, run } = await findBenchmark(name)
const measurement = await run(JSON.parse(settingText) as Setting)
process.send?.({ about, ...measurement })
process.disconnect?.()
