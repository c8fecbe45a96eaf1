import type { FastifyBaseLogger } from 'fastify'

/** For an app that only describes itself. */
export const NO_LOGGER: FastifyBaseLogger = {
  level: 'silent',
  child: () => NO_LOGGER,
  fatal: ignore,
  error: ignore,
  warn: ignore,
  info: ignore,
  debug: ignore,
  trace: ignore,
  silent: ignore,
}

function ignore(): void {}
