import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** One thing that must hold, told by a command's exit status. */
export interface Check {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

export interface Outcome {
  readonly name: string
  readonly passed: boolean
  readonly seconds: number
  /** Standard output and error, as they came. */
  readonly output: string
}

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** A check that takes longer than this hangs. */
const CHECK_SECONDS_MAX = 300

export async function runCheck({ name, command, args }: Check): Promise<Outcome> {
  const started = performance.now()
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CHECK_SECONDS_MAX * 1000,
    killSignal: 'SIGKILL',
  })
  const pieces: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece))
  const ending = await exitOf(child)
  return {
    name,
    passed: ending === 'exit status 0',
    seconds: (performance.now() - started) / 1000,
    output: `${Buffer.concat(pieces).toString()}\n${command}: ${ending}\n`,
  }
}

/** How the process ended, in words. */
export async function exitOf(child: ReturnType<typeof spawn>): Promise<string> {
  try {
    await once(child, 'close')
  } catch (error) {
    return `could not be started: ${String(error)}`
  }
  return child.exitCode === null ? `killed by ${child.signalCode}` : `exit status ${child.exitCode}`
}

/** The pinned tools first, also when this was not started by pnpm; colours only for a terminal. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: forced, ...inherited } = process.env
  const isForced = forced !== undefined && process.stdout.isTTY
  return {
    ...inherited,
    ...(isForced ? { FORCE_COLOR: forced } : {}),
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
    PATH: `${REPOSITORY}node_modules/.bin:${process.env['PATH'] ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
  }
}
