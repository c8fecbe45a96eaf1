import { createApp } from './app.ts'
import { parseHttpConfig } from './config.ts'
import { NO_BROKER } from './no-broker.ts'
import { NO_LOGGER } from './no-logger.ts'

/** The OpenAPI 3.1 document of the whole API, as `GET /openapi.json` answers it; nothing is opened for it. */
export async function openApiDocument(version: string): Promise<object> {
  const options = { config: parseHttpConfig({}), logger: NO_LOGGER, version }
  const app = await createApp(NO_BROKER, options)
  const document = app.swagger()
  await app.close()
  return document
}
