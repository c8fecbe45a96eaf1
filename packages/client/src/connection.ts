/** How a server is reached. Connections themselves are `fetch`'s affair. */
export interface Connection {
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** How long one attempt may take, beyond what the server is asked to wait. */
  readonly requestTimeoutMs: number
  /** How long a call goes on trying when there is no answer, or one that says to try later. */
  readonly retryForMs: number
}

export interface ConnectionOptions {
  /** Instead of the global one: for a proxy, a certificate, a test. */
  readonly fetch?: typeof globalThis.fetch
  readonly headers?: Readonly<Record<string, string>>
  /** 30,000 unless told otherwise. */
  readonly requestTimeoutMs?: number
  /** 30,000 unless told otherwise; 0 never tries again. */
  readonly retryForMs?: number
}

/** TypeError when `url` is not an http or https address. */
export function createConnection(url: string | URL, options: ConnectionOptions): Connection {
  const { protocol, href } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`${href} is not an http or https address.`)
  }
  return Object.freeze({
    baseUrl: href.replace(/\/+$/, ''),
    // Browsers insist that their fetch is called on the window.
    fetch: options.fetch ?? (async (input, init) => globalThis.fetch(input, init)),
    headers: Object.freeze({ ...options.headers }),
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    retryForMs: options.retryForMs ?? RETRY_FOR_MS,
  })
}

const REQUEST_TIMEOUT_MS = 30_000
const RETRY_FOR_MS = 30_000
