import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface CliRun {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface CliOptions {
  /** Where the user stands. */
  readonly directory?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: Uint8Array
}

/** The program as a user runs it, in a process of its own. */
export async function runCli(line: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const child = spawnCli(line, options)
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? Buffer.alloc(0))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
}

/** Of nobody in particular: without contexts. What is compiled is shared by all tests. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  XDG_CACHE_HOME: join(tmpdir(), 'millrace-tests'),
}

export function spawnCli(line: readonly string[], options: CliOptions = {}) {
  const child = spawn(process.execPath, [MAIN, ...line], {
    cwd: options.directory,
    env: { ...ENVIRONMENT, ...options.environment },
    stdio: 'pipe',
  })
  // A test that fails half-way leaves nothing running.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
