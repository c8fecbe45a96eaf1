/**
 * `pnpm torture`: attacks the store at length, each attack until it has tried its cases or its time is over. The first
 * case that breaks a promise ends it, and is told with the command that repeats it.
 */
import { mkdir } from 'node:fs/promises'
import { describeCommit, describeMachine } from './bench/machine.ts'
import type { Attack, Breach } from './torture/attack.ts'
import { ATTACK_NAMES, findAttack } from './torture/attacks.ts'
import { parseOptions, type TortureOptions, USAGE } from './torture/options.ts'
import { findPlanted } from './torture/plant.ts'
import { PLANTED_BUGS, PLANTED_NAMES, type PlantedBug } from './torture/planted-bugs.ts'
import { keepPlantedResults, type PlantedResult } from './torture/planted-results.ts'
import { Progress } from './torture/progress.ts'
import { keepResult } from './torture/results.ts'
import { runWorkers } from './torture/workers.ts'

const args = process.argv.slice(2)
const options = parseOrExit(args)
const wanted = options.names.length === 0 ? namesOf(options) : options.names
if (options.isList) for (const name of namesOf(options)) print(name)
else if (options.isPlanted) await plant(PLANTED_BUGS.filter(({ name }) => wanted.includes(name)))
else for (const name of wanted) await torture(await findAttack(name), options)

async function torture(attack: Attack, options: TortureOptions): Promise<void> {
  const obstacle = await attack.obstacle?.()
  if (obstacle !== undefined) {
    print(`${attack.name}: left out. ${obstacle}`)
    return
  }
  const { directory, firstSeed, minutes, workers } = options
  await mkdir(directory, { recursive: true })
  const progress = new Progress(attack.name)
  const order = {
    attack: attack.name,
    firstSeed,
    cases: options.cases ?? attack.target,
    milliseconds: minutes * 60_000,
    directory,
  }
  const { tally, breach, nextSeed } = await runWorkers(order, workers, (soFar) =>
    progress.show(soFar),
  )
  progress.end(tally)
  if (breach !== undefined) {
    tellBreach(attack, breach)
    return
  }
  await keepResult(
    {
      name: attack.name,
      about: attack.about,
      unit: attack.cases,
      target: attack.target,
      cases: tally.cases,
      firstSeed,
      nextSeed,
      counts: tally.counts,
      minutes: Math.round(progress.minutes * 10) / 10,
      commit: describeCommit(),
      date: new Date().toISOString().slice(0, 10),
      command: ['pnpm torture', ...args].join(' '),
      machine: describeMachine(directory),
    },
    ATTACK_NAMES,
  )
}

async function plant(bugs: readonly PlantedBug[]): Promise<void> {
  const results: PlantedResult[] = []
  for (const bug of bugs) {
    const { seed, seconds } = await findPlanted(bug, options)
    const outcome = seed === undefined ? 'NOT FOUND' : `found at seed ${seed}`
    print(`${bug.name}: ${outcome} by ${bug.attack} after ${seconds} s`)
    if (seed === undefined) process.exitCode = 1
    const result = { name: bug.name, seconds, commit: describeCommit() }
    results.push(seed === undefined ? result : { ...result, seed })
  }
  await keepPlantedResults(results, PLANTED_NAMES)
}

function namesOf({ isPlanted }: TortureOptions): readonly string[] {
  return isPlanted ? PLANTED_NAMES : ATTACK_NAMES
}

function tellBreach(attack: Attack, { seed, found }: Breach): void {
  process.exitCode = 1
  print(`\n${attack.name}: a promise is broken at seed ${seed}.\n${found}\n`)
  print(`Again: pnpm torture ${attack.name} --seed ${seed} --cases 1\n`)
}

function parseOrExit(args: readonly string[]): TortureOptions {
  try {
    const options = parseOptions(args)
    const known = namesOf(options)
    const unknown = options.names.filter((name) => !known.includes(name))
    if (unknown.length === 0) return options
    process.stderr.write(`nothing is called ${unknown.join(', ')}\n\n${USAGE}`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
  process.exit(2)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
