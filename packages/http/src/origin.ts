/**
 * Who may speak to the server from a browser. A page anywhere on the web can make its browser send requests to
 * 127.0.0.1, and a name that it owns can be made to point there; so on loopback the server answers only to
 * names of its own, and only pages of its own origin, or of those that are allowed, may change anything.
 */
import { LogError } from '@millrace/model/log-error'
import type { HttpConfig } from './config.ts'
import { isLoopback } from './loopback.ts'

export interface BrowserHeaders {
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined
}

type OriginRules = Pick<HttpConfig, 'host' | 'allowedHosts' | 'allowedOrigins'>

/** HOST_NOT_ALLOWED for a name that is not the server's. */
export function expectOwnHost(rules: OriginRules, { host }: BrowserHeaders): void {
  if (host === undefined) return
  const name = host.replace(/:\d+$/, '').toLowerCase()
  const isKnown = rules.allowedHosts.some((allowed) => allowed.toLowerCase() === name)
  if (isKnown) return
  if (isLoopback(rules.host) ? isLoopback(name) : rules.allowedHosts.length === 0) return
  throw new LogError(
    'HOST_NOT_ALLOWED',
    `${JSON.stringify(name)} is not among the names of this server; http.allowedHosts can name it.`,
  )
}

/** CROSS_ORIGIN for a request that may change something, from a page of another origin. */
export function expectOwnOrigin(rules: OriginRules, method: string, headers: BrowserHeaders): void {
  if (method === 'GET' || method === 'HEAD') return
  const { origin, site } = headers
  if (isAllowedOrigin(rules, origin)) return
  const isForeign = origin !== undefined && !isSameOrigin(origin, headers.host)
  if (!isForeign && site !== 'cross-site' && site !== 'same-site') return
  throw new LogError(
    'CROSS_ORIGIN',
    `The page is of ${origin ?? 'another origin'}; http.allowedOrigins can name it.`,
  )
}

export function isAllowedOrigin(
  rules: Pick<HttpConfig, 'allowedOrigins'>,
  origin: string | undefined,
): origin is string {
  return origin !== undefined && rules.allowedOrigins.includes(origin)
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  const url = URL.parse(origin)
  return url !== null && host !== undefined && url.host === host.toLowerCase()
}
