import { loadConfiguration } from '@millrace/server/config'
import { Server } from '@millrace/server/server'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import pino from 'pino'

export interface RunningServer extends AsyncDisposable {
  readonly url: string
  /** Stops it in order, and starts it again at the same port over the same data. */
  restart(): Promise<void>
}

/** A whole server with a data directory of its own. `settings` by path, as text. */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const directory = await makeTempDirectory()
  const open = async (port: string): Promise<Server> => {
    const flags = new Map(
      Object.entries({ dataDir: directory.path, ...settings, 'http.port': port }),
    )
    const sources = { flags, environment: {}, directory: directory.path }
    const { config } = loadConfiguration(sources)
    return Server.open(config, { logger: pino({ level: 'silent' }), version: '0.0.0-test' })
  }
  let server = await open('0')
  const { address } = server
  return {
    url: address,
    async restart() {
      await server.close()
      server = await open(new URL(address).port)
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}
