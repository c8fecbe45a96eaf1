import { LogError } from '@millrace/model/log-error'

/** Parameters that have no meaning for this kind of request are refused, not overlooked. */
export function expectAbsent(
  query: Readonly<Record<string, unknown>>,
  names: readonly string[],
  why: string,
): void {
  const given = names.filter((name) => query[name] !== undefined)
  if (given.length === 0) return
  throw new LogError('INVALID_REQUEST', `The query parameter ${given.join(', ')} ${why}`, {
    appended: false,
    errors: given.map((path) => ({ path, message: why })),
  })
}
