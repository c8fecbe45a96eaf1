import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { createApp } from '@millrace/http/app'
import { isLoopback } from '@millrace/http/loopback'
import type { LogError } from '@millrace/model/log-error'
import type { Logger } from 'pino'
import { expectFree, explained } from './address-in-use.ts'
import type { ServerConfig } from './config.ts'
import { ConfigurationError } from './configuration-error.ts'

export interface ServerOptions {
  readonly logger: Logger
  /** Of Millrace, as `/v1/status` shows it. */
  readonly version: string
}

type App = Awaited<ReturnType<typeof createApp>>

/** The whole of Millrace in this process: the data directory, the broker over it, and HTTP before that. */
export class Server implements AsyncDisposable {
  /** `http://127.0.0.1:7070`; with port 0, the one that was taken. */
  readonly address: string
  /** Resolves when the disk failed and nothing more is written. Otherwise never. */
  readonly storageFailed: Promise<LogError>
  readonly #broker: EmbeddedBroker
  readonly #app: App
  readonly #logger: Logger
  #closing: Promise<void> | undefined

  /**
   * Looks whether the port is free, opens the data directory, which recovers it, then listens. Rejects with LogError
   * (DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_NEWER, DATA_DIRECTORY_DAMAGED, NOT_A_DATA_DIRECTORY, STORAGE_FULL),
   * AddressInUseError or ConfigurationError; nothing is open then.
   */
  static async open(config: ServerConfig, options: ServerOptions): Promise<Server> {
    refuseOpenDoor(config)
    // Else a data directory would be made, or recovered, for nothing.
    await expectFree(config.host, config.http.port)
    const { logger, version } = options
    await using opened = new AsyncDisposableStack()
    const broker = await EmbeddedBroker.open(
      NODE_DISK,
      config.dataDir,
      SYSTEM_CLOCK,
      { storage: config.storage, broker: config.broker },
      logger,
    )
    opened.defer(() => broker.close())
    tellRecovery(broker, logger)
    void broker.failed.then((error) => tellFailure(error, logger))
    const http = { ...config.http, host: config.host }
    const app = await createApp(broker, { config: http, logger, version })
    opened.defer(() => app.close())
    const address = await listen(app, config.host, config.http.port)
    opened.move()
    return new Server(address, broker, app, logger)
  }

  private constructor(address: string, broker: EmbeddedBroker, app: App, logger: Logger) {
    this.address = address
    this.storageFailed = broker.failed
    this.#broker = broker
    this.#app = app
    this.#logger = logger
  }

  /** Stops accepting, finishes what is under way, writes everything behind, checkpoints. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#logger.info('Stopping.')
    try {
      await this.#app.close()
    } finally {
      await this.#broker.close()
    }
    this.#logger.info('Stopped.')
  }
}

/** What the start found: that all was in order, or what was replayed and what was cut. */
function tellRecovery(broker: EmbeddedBroker, logger: Logger): void {
  const { lastRecovery, dataDirectory } = broker.status()
  const { wasClean, setAside } = lastRecovery
  const how = wasClean ? 'Opened, as it was closed.' : 'Opened after a crash.'
  const level = setAside.length > 0 ? 'warn' : 'info'
  logger[level]({ dataDirectory, ...lastRecovery }, how)
}

/** Whatever comes of it: whoever reads the log learns why nothing more is written. */
function tellFailure({ code, detail }: LogError, logger: Logger): void {
  logger.fatal({ code, detail }, 'The disk failed; nothing more is accepted until the next start.')
}

/** Without tokens, whoever reaches the port owns the data. */
function refuseOpenDoor(config: ServerConfig): void {
  if (isLoopback(config.host) || config.allowUnauthenticated) return
  throw new ConfigurationError([
    `host is ${config.host}, which other machines can reach, and there is no authentication yet; ` +
      'if that is meant, say so with --allow-unauthenticated, and keep strangers out with a firewall or a proxy',
  ])
}

async function listen(app: App, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port, listenTextResolver: (at) => `Listening at ${at}` })
  } catch (error) {
    throw await explained(error, host, port)
  }
}
