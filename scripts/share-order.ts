/**
 * `pnpm share-order`: the lines of a real log, each session a key, handled by workers of a share group that fail, stall
 * and are killed; once with `ordering: "key"`, once with `"none"`. Keeps the figures in `docs/share-order.json`, from
 * which `pnpm generate` draws the picture.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describeCommit, describeMachine } from './bench/machine.ts'
import { ServerProcess } from './bench/server-process.ts'
import { FULL_PLAN } from './share-order/plan.ts'
import { type Results, resultOf, type TrialResult, writeResults } from './share-order/results.ts'
import { readSshLog, SSH_LOG_IS_HERE } from './share-order/ssh-log.ts'
import { produceLines, tryOrdering } from './share-order/trial.ts'

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } })
const plan = { ...FULL_PLAN, seed: Number(values.seed) }
if (SSH_LOG_IS_HERE) await run()
else fail('The log is not in ../shared/data.')

async function run(): Promise<void> {
  await using directory = await makeTempDirectory()
  await using server = await ServerProcess.start(join(directory.path, 'data'))
  const machine = describeMachine(directory.path)
  const lines = readSshLog()
  await produceLines(server.url, lines, plan)
  const trials: TrialResult[] = []
  for (const ordering of ['key', 'none'] as const) {
    const trial = resultOf(await tryOrdering(server.url, lines, plan, ordering), lines)
    print(`\nordering ${ordering}`)
    for (const [name, value] of Object.entries(trial.figures)) print(`  ${name}: ${value}`)
    trials.push(trial)
  }
  const [byKey] = trials
  if (byKey === undefined || !isInOrder(byKey)) fail('Not in order: nothing is kept.')
  else await keep({ trials, lines: lines.length, machine, sessions: countSessions(lines) })
}

function isInOrder({ figures }: TrialResult): boolean {
  return figures.linesLost + figures.linesOutOfOrder + figures.begunEarly === 0
}

function countSessions(lines: ReturnType<typeof readSshLog>): number {
  return new Set(lines.map(({ session }) => session)).size
}

async function keep(
  measured: Pick<Results, 'trials' | 'lines' | 'machine' | 'sessions'>,
): Promise<void> {
  await writeResults({
    log: 'OpenSSH_2k.log',
    lines: measured.lines,
    sessions: measured.sessions,
    plan,
    command: ['pnpm share-order', ...process.argv.slice(2)].join(' '),
    commit: describeCommit(),
    date: new Date().toISOString().slice(0, 10),
    machine: measured.machine,
    trials: measured.trials,
  })
  print('\ndocs/share-order.json written; pnpm generate draws it')
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
