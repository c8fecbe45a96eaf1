import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A peer in a process of its own: it listens on a port of its choice and sends the number over IPC. */
export class PeerProcess implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess

  /** `script`: of `peers/`. */
  static async start(script: URL, args: readonly string[] = []): Promise<PeerProcess> {
    const child = fork(script, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const port = await new Promise<number>((resolve, reject) => {
      child.once('message', (message) => resolve(Number(message)))
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`${script.pathname} ended before it listened`)))
    })
    return new PeerProcess(child, port)
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}
