/**
 * `pnpm bench`: measures Millrace beside limits of the machine and beside peers, and writes `docs/benchmarks.md`.
 * Each benchmark runs in a process of its own, one after the other: nothing else should run meanwhile.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Measurement, Result, Setting } from './bench/benchmark.ts'
import { BENCHMARK_NAMES } from './bench/benchmarks.ts'
import { describeCommit, describeMachine } from './bench/machine.ts'
import { type BenchOptions, parseOptions, USAGE } from './bench/options.ts'
import { renderReport } from './bench/report.ts'
import { mergeResults, readResults, writeResults } from './bench/results.ts'

const RESULTS = new URL('../docs/benchmarks.json', import.meta.url)
const REPORT = new URL('../docs/benchmarks.md', import.meta.url)

const args = process.argv.slice(2)
const options = parseOrExit(args)
const names = options.names.length === 0 ? BENCHMARK_NAMES : options.names
if (options.isList) {
  for (const name of BENCHMARK_NAMES) print(name)
} else {
  const results: Result[] = []
  for (const name of names) {
    const result = await measure(name, options)
    if (result === undefined) process.exitCode = 1
    else results.push(result)
  }
  if (!options.isQuick) await keep(results)
}

/** Undefined when it failed; its process has said why. */
async function measure(name: string, options: BenchOptions): Promise<Result | undefined> {
  print(`\n${name}`)
  const directory = join(options.directory, name)
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const machine = describeMachine(directory)
  const { sliceSeconds, rounds, bulkBytes } = options
  const setting: Setting = { sliceSeconds, rounds, bulkBytes, directory }
  const answer = await runApart(name, setting)
  await rm(directory, { recursive: true, force: true })
  if (answer === undefined) return undefined
  for (const { label, value } of answer.figures) print(`  ${label}: ${value}`)
  for (const { target, measured, isReached } of answer.verdicts) {
    print(`  ${isReached ? 'reached' : 'NOT REACHED'}: ${measured} (${target})`)
  }
  const command = ['pnpm bench', ...args].join(' ')
  const date = new Date().toISOString().slice(0, 10)
  return { ...answer, name, commit: describeCommit(), date, command, machine }
}

type Answer = Measurement & { readonly about: string }

async function runApart(name: string, setting: Setting): Promise<Answer | undefined> {
  const script = new URL('bench/one.ts', import.meta.url)
  const child = fork(script, [name, JSON.stringify(setting)])
  let answer: Answer | undefined
  child.once('message', (message) => {
    answer = message as Answer
  })
  await once(child, 'exit')
  return child.exitCode === 0 ? answer : undefined
}

async function keep(results: readonly Result[]): Promise<void> {
  const merged = mergeResults(await readResults(RESULTS), results, BENCHMARK_NAMES)
  await writeResults(RESULTS, merged)
  await writeFile(REPORT, renderReport(merged))
}

function parseOrExit(args: readonly string[]): BenchOptions {
  try {
    const options = parseOptions(args)
    const unknown = options.names.filter((name) => !BENCHMARK_NAMES.includes(name))
    if (unknown.length === 0) return options
    process.stderr.write(`no benchmark is called ${unknown.join(', ')}\n\n${USAGE}`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
  process.exit(2)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
