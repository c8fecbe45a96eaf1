import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { parseStorageConfig } from '@millrace/storage/config'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { createApp } from '../src/app.ts'
import { type HttpConfig, parseHttpConfig } from '../src/config.ts'

/** The API on a port of its own, over a broker in a directory of its own. */
export interface Serving extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly app: FastifyInstance
  readonly broker: EmbeddedBroker
  /** What was logged, a line each. */
  readonly log: readonly string[]
}

export interface ServingOptions {
  readonly http?: Partial<HttpConfig>
  readonly broker?: object
}

export async function serve(options: ServingOptions = {}): Promise<Serving> {
  await using opening = new AsyncDisposableStack()
  const directory = opening.use(await makeTempDirectory())
  const config = {
    broker: parseBrokerConfig(options.broker ?? {}),
    storage: parseStorageConfig({}),
  }
  const broker = opening.use(
    await EmbeddedBroker.open(NODE_DISK, directory.path, SYSTEM_CLOCK, config),
  )
  const log: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) })
  const http = parseHttpConfig(options.http ?? {})
  const app = await createApp(broker, { config: http, logger, version: '1.2.3' })
  opening.defer(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const opened = opening.move()
  return {
    url,
    port: Number(new URL(url).port),
    app,
    broker,
    log,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
