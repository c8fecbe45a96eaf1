import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KillOrder } from './kill-points.ts'

export interface ServedStoreOptions {
  /** Where the data directory is made. */
  readonly directory: string
  readonly compileCache: string
  /** Killed there, unless it ends before. */
  readonly killAt?: KillOrder | undefined
  readonly isSyncing: boolean
}

/** A server in a process of its own, as a user starts it; small, so that it rolls and checkpoints often. */
export class ServedStore implements AsyncDisposable {
  /** The port; undefined when it ended before it listened. */
  readonly listening: Promise<number | undefined>
  /** Rejects when it ended in a way that nobody asked for, with what it said. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess

  static start(options: ServedStoreOptions): ServedStore {
    const { compileCache, directory } = options
    const child = spawn(
      process.execPath,
      [...preloads(options), CLI, 'serve', '--data-dir', join(directory, 'data'), ...SETTINGS],
      { stdio: ['pipe', 'ignore', 'pipe'], env: environment(compileCache) },
    )
    return new ServedStore(child)
  }

  private constructor(child: ChildProcess) {
    this.#child = child
    let said = ''
    const heard = Promise.withResolvers<number | undefined>()
    child.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece.toString()).slice(-SAID_MAX)
      const port = /Listening at http:\/\/[\d.]+:(\d+)/.exec(said)?.[1]
      if (port !== undefined) heard.resolve(Number(port))
    })
    this.listening = heard.promise
    this.ended = once(child, 'close').then(() => {
      heard.resolve(undefined)
      if (child.signalCode === 'SIGKILL' || child.exitCode === 0) return
      throw new Error(`The server ended with ${child.signalCode ?? child.exitCode}:\n${said}`)
    })
    this.ended.catch(() => undefined)
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Not that it had come to the end of a stop in order. */
  get wasKilled(): boolean {
    return this.#child.signalCode === 'SIGKILL'
  }

  /** SIGKILL: nothing is finished, nothing is closed. SIGTERM: in order. */
  end(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.#child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end('SIGKILL')
    await this.ended.catch(() => undefined)
  }
}

export const CLI = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))
const SAID_MAX = 8_000
const SETTINGS = [
  'http.port=0',
  'storage.journalSlotBytes=65536',
  'storage.journalSlotsMax=3',
  'storage.reserveBytes=0',
  'storage.minFreeBytes=0',
  'broker.housekeepingIntervalMs=100',
].flatMap((setting) => ['--set', setting])

/** With its sources compiled a start takes 0.6 s instead of 1.0 s. */
export function environment(compileCache: string): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: compileCache }
}

function preloads({ killAt, isSyncing }: ServedStoreOptions): readonly string[] {
  const addresses = [END_WITH_DRIVER]
  if (!isSyncing) addresses.push(ANSWER_SYNCS_AT_ONCE)
  if (killAt !== undefined) {
    addresses.push(`${KILL_AT_POINT}?${encodeURIComponent(JSON.stringify(killAt))}`)
  }
  return addresses.flatMap((each) => ['--import', each])
}

const END_WITH_DRIVER = new URL('end-with-driver.ts', import.meta.url).href
const ANSWER_SYNCS_AT_ONCE = new URL('answer-syncs-at-once.ts', import.meta.url).href
const KILL_AT_POINT = new URL('kill-at-point.ts', import.meta.url).href
