import { CommandFailure } from './command-failure.ts'
import { readContexts } from './context/contexts-file.ts'
import { EXIT } from './exit-status.ts'

export interface ServerAddress {
  readonly url: string
  /** Who said so, for a message when nobody answers there. */
  readonly origin: string
}

/** `--server` over `MILLRACE_SERVER` over the current context over the server of this machine. */
export async function serverAddress(server: string | undefined): Promise<ServerAddress> {
  if (server !== undefined) {
    return { url: parseServerUrl(server, '--server'), origin: '--server' }
  }
  const variable = process.env['MILLRACE_SERVER']
  if (variable !== undefined && variable !== '') {
    return { url: parseServerUrl(variable, 'MILLRACE_SERVER'), origin: 'MILLRACE_SERVER' }
  }
  const { current, urls } = await readContexts()
  const url = current === undefined ? undefined : urls.get(current)
  if (url !== undefined) return { url, origin: `context ${current}` }
  return { url: DEFAULT_URL, origin: 'the default' }
}

/** `host:port` is taken for `http://host:port`. Without a slash at the end. */
export function parseServerUrl(text: string, origin: string): string {
  const withScheme = /^https?:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.parse(withScheme)
  if (url === null || url.hostname === '' || url.search !== '' || url.hash !== '') {
    throw new CommandFailure(EXIT.usage, {
      message: `${text} (${origin}) is not the URL of a server.`,
      next: `Write it as in ${DEFAULT_URL}`,
    })
  }
  return url.href.replace(/\/+$/, '')
}

const DEFAULT_URL = 'http://127.0.0.1:7070'
