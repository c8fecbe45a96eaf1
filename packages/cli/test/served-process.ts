import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { spawnCli } from './run-cli.ts'

/** A server in a process of its own, which can be killed. */
export interface ServedProcess extends AsyncDisposable {
  readonly url: string
  /** SIGKILL: nothing is finished, nothing is closed. */
  kill(): Promise<void>
  /** SIGTERM: in order. Answers with the exit status. */
  stop(): Promise<number | null>
}

export async function serveInProcess(
  dataDirectory: string,
  options: readonly string[] = [],
): Promise<ServedProcess> {
  const line = ['serve', '--http-port', '0', '--data-dir', dataDirectory, ...options]
  const child = spawnCli(line, {})
  const exit = once(child, 'exit')
  const url = await listeningAddress(child.stderr)
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    const [status] = (await exit) as [number | null]
    return status
  }
  return {
    url,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}

async function listeningAddress(stderr: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface(stderr)
  const told: string[] = []
  try {
    for await (const line of lines) {
      const [address] = /http:\/\/[\d.]+:\d+/.exec(line) ?? []
      if (address !== undefined) return address
      told.push(line)
    }
  } finally {
    // It goes on writing, and nobody would read.
    stderr.resume()
  }
  throw new Error(`The server did not start:\n${told.join('\n')}`)
}
