import { join } from 'node:path'
import { type Client, createClient } from '@millrace/client'
import { loadConfiguration } from '@millrace/server/config'
import { createProcessLogger } from '@millrace/server/process-logger'
import { Server } from '@millrace/server/server'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { type CliOptions, type CliRun, runCli } from './run-cli.ts'

/** A server in this process, a directory to stand in, and the program that talks to it. */
export interface Served extends AsyncDisposable {
  readonly url: string
  /** For what a test needs and is not about: quicker than the program. */
  readonly client: Client
  readonly directory: string
  readonly dataDirectory: string
  readonly cli: (line: readonly string[], options?: CliOptions) => Promise<CliRun>
}

export async function serve(settings: Readonly<Record<string, string>> = {}): Promise<Served> {
  await using opened = new AsyncDisposableStack()
  const directory = opened.use(await makeTempDirectory()).path
  const flags = new Map(Object.entries({ 'http.port': '0', dataDir: 'data', ...settings }))
  const { config } = loadConfiguration({ flags, environment: {}, directory })
  const logger = createProcessLogger('silent')
  const server = opened.use(await Server.open(config, { logger, version: '0.0.0-test' }))
  const kept = opened.move()
  return {
    url: server.address,
    client: createClient(server.address),
    directory,
    dataDirectory: join(directory, 'data'),
    cli: (line, options = {}) =>
      runCli([...line, '--server', server.address], { directory, ...options }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** What was printed with `-o jsonl`. */
export function jsonLines(run: CliRun): unknown[] {
  return run.stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}
