import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ProcessFigures, processFigures } from './process-figures.ts'

/** A Millrace server in a process of its own, started as a user starts it. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number
  /** From the start of the process until it said that it was ready. */
  readonly startSeconds: number
  readonly #child: ChildProcess

  static async start(
    dataDirectory: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcess> {
    const port = await freePort()
    const started = performance.now()
    const child = spawn(process.execPath, [CLI, ...serveArguments(dataDirectory, port, settings)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await untilReady(child, port)
    return new ServerProcess(child, port, (performance.now() - started) / 1000)
  }

  private constructor(child: ChildProcess, port: number, startSeconds: number) {
    this.#child = child
    this.port = port
    this.startSeconds = startSeconds
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  figures(): Promise<ProcessFigures> {
    return processFigures(this.pid)
  }

  /** Kill -9: nothing is finished, nothing is closed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** In order: what was accepted is durable, and the store is closed. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill(signal)
    await once(this.#child, 'exit')
  }
}

const CLI = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))
const START_SECONDS_MAX = 120

function serveArguments(
  dataDirectory: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): readonly string[] {
  const set = Object.entries({ logLevel: 'warn', ...settings }).flatMap(([path, value]) => {
    return ['--set', `${path}=${value}`]
  })
  return ['serve', '--data-dir', dataDirectory, '--http-port', String(port), ...set]
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_SECONDS_MAX * 1000
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    if (await isReady(port)) return
    await delay(5)
  }
  child.kill('SIGKILL')
  throw new Error('the server did not become ready')
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    await response.body?.cancel()
    return response.ok
  } catch {
    // Not listening yet.
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was free')
  return address.port
}
