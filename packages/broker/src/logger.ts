/** What the broker tells people. A pino logger is one; records' content is never told. */
export interface BrokerLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const NO_LOGGER: BrokerLogger = { info: ignore, warn: ignore, error: ignore }

function ignore(): void {}
