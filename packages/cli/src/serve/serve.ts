import { AddressInUseError } from '@millrace/server/address-in-use'
import { type Configuration, loadConfiguration, SETTINGS } from '@millrace/server/config'
import { ConfigurationError } from '@millrace/server/configuration-error'
import { createProcessLogger } from '@millrace/server/process-logger'
import { Server } from '@millrace/server/server'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { userDirectory } from '../user-path.ts'
import { VERSION } from '../version.ts'
import { thingsToTry } from './things-to-try.ts'

export interface ServeOptions {
  readonly config?: string
  readonly host?: string
  readonly httpPort?: number
  readonly logLevel?: string
  readonly set?: ReadonlyMap<string, string>
  readonly allowUnauthenticated?: true
  readonly dev?: true
  readonly printConfig?: true
}

/** Runs a server until a signal, or the disk, ends it. */
export async function serve(invocation: Invocation, options: ServeOptions): Promise<void> {
  try {
    const configuration = configure(invocation, options)
    if (options.printConfig === true) {
      await printConfiguration(invocation, configuration)
      return
    }
    await run(invocation, configuration, options)
  } catch (error) {
    throw explained(error)
  }
}

function configure({ dataDirectory }: Invocation, options: ServeOptions): Configuration {
  const flags = new Map(options.set ?? [])
  if (dataDirectory !== undefined) flags.set('dataDir', dataDirectory)
  if (options.host !== undefined) flags.set('host', options.host)
  if (options.httpPort !== undefined) flags.set('http.port', String(options.httpPort))
  if (options.logLevel !== undefined) flags.set('logLevel', options.logLevel)
  if (options.allowUnauthenticated === true) flags.set('allowUnauthenticated', 'true')
  return loadConfiguration({
    flags,
    environment: process.env,
    ...(options.config === undefined ? {} : { file: options.config }),
    directory: userDirectory(),
    ...(options.dev === true ? { defaults: new Map([['broker.autoCreateTopics', true]]) } : {}),
  })
}

async function printConfiguration(
  { output }: Invocation,
  { config, origins }: Configuration,
): Promise<void> {
  const rows = SETTINGS.map(({ path }) => ({
    path,
    value: settingIn(config, path),
    origin: origins.get(path) ?? '',
  }))
  await output.list(rows, [
    { title: 'setting', of: (row) => row.path },
    { title: 'value', of: (row) => JSON.stringify(row.value) },
    { title: 'from', of: (row) => row.origin },
  ])
}

function settingIn(config: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    return (value as Readonly<Record<string, unknown>>)[name]
  }, config)
}

async function run(
  { output, signal }: Invocation,
  { config, notes }: Configuration,
  options: ServeOptions,
): Promise<void> {
  const logger = createProcessLogger(config.logLevel)
  for (const note of notes) logger.warn(note)
  const server = await Server.open(config, { logger, version: VERSION })
  if (options.dev === true) await output.text(thingsToTry(server.address))
  const end = await Promise.race([
    aborted(signal),
    ...(config.onStorageFailure === 'exit' ? [server.storageFailed] : []),
  ])
  if (end === 'aborted') {
    await server.close()
    return
  }
  await abandon(server)
  throw new CommandFailure(EXIT.unavailable, {
    message: end.message,
    next: 'What the kernel has seen of the disk: dmesg',
    cause: end,
  })
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
    if (signal.aborted) resolve('aborted')
  })
}

/** Ends without a disk: readers get their answers if that is quick, and nothing can keep the process alive. */
async function abandon(server: Server): Promise<void> {
  const timer = setTimeout(() => process.exit(EXIT.unavailable), ABANDON_WITHIN_MS)
  timer.unref()
  // What could not be written cannot be written now either: that is for the recovery of the next start.
  await server.close().catch(() => undefined)
}

const ABANDON_WITHIN_MS = 5_000

function explained(error: unknown): unknown {
  if (error instanceof ConfigurationError) {
    return new CommandFailure(EXIT.usage, {
      message: `the configuration cannot be used:\n${error.problems.map((problem) => `  ${problem}`).join('\n')}`,
      next: 'To see every setting and where it comes from: millrace serve --print-config',
      cause: error,
    })
  }
  if (error instanceof AddressInUseError) {
    return new CommandFailure(EXIT.conflict, {
      message: error.message,
      next:
        error.holder === undefined
          ? `Stop it, or take another port: millrace serve --http-port ${error.port + 1}`
          : `Stop it (kill ${error.holder.pid}), or take another port: millrace serve --http-port ${error.port + 1}`,
      cause: error,
    })
  }
  return error
}
