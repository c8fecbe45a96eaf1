import { build } from 'esbuild'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../src/client.ts'
import { type RunningServer, startServer } from './running-server.ts'

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
/** Where there is none, these tests are skipped. */
const hasBrowser = existsSync(executablePath)

describe.skipIf(!hasBrowser)('in a real Chromium, of CHROMIUM_PATH or /usr/bin/chromium,', () => {
  let pages: PageServer
  let server: RunningServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    pages = await servePage()
    server = await startServer({ 'http.allowedOrigins': pages.origin })
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.goto(pages.origin)
  }, 60_000)

  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  test('a page of an allowed origin produces, reads everything and commits', async () => {
    const outcome = await call(page, 'produceAndRead', server.url, 'from-page')
    expect(outcome).toEqual({
      produced: 200,
      texts: Array.from({ length: 200 }, (_, index) => index),
      committed: 200,
    })
  })

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'a page reads %s batches, also those that a browser cannot decompress',
    async (compression) => {
      const client = createClient(server.url)
      const topic = `page-${compression}`
      await client.topics.create(topic)
      const sent = Array.from({ length: 50 }, (_, index) => `line ${index}`)
      {
        await using producer = client.producer(topic, { compression, batchBytes: 300 })
        await Promise.all(sent.map(async (value) => producer.send({ value })))
      }
      expect(await call(page, 'readAll', server.url, topic, `${topic}-group`)).toEqual(sent)
    },
  )

  test('a reader that waits on twelve partitions leaves connections for a producer', async () => {
    expect(await call(page, 'followWhileProducing', server.url, 'wide')).toBe('late')
  })

  test('a page registers a schema, and produces and reads typed records', async () => {
    expect(await call(page, 'produceAvro', server.url, 'from-page-avro')).toEqual([
      { id: '1', note: null },
      'UNRESOLVABLE',
      { id: '1152921504606846976', note: 'ü' },
    ])
  })

  test('a failure has the code of the error table', async () => {
    const code = await call(page, 'failureOf', server.url, 'not-there')
    expect(code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('a page of another origin gets nothing', async () => {
    const stranger = await browser.newPage()
    await stranger.goto(pages.origin.replace('127.0.0.1', 'localhost'))
    expect(await call(stranger, 'failureOf', server.url, 'from-page')).toBe('NO_ANSWER')
    await stranger.close()
  })
})

async function call(page: Page, name: string, ...parameters: readonly string[]): Promise<unknown> {
  return page.evaluate(`page.${name}(...${JSON.stringify(parameters)})`)
}

interface PageServer extends AsyncDisposable {
  readonly origin: string
}

/** A site of its own with one page, which has the client and nothing else. */
async function servePage(): Promise<PageServer> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/browser-page.ts`],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    // `await using` is newer than some browsers.
    target: 'es2022',
    write: false,
  })
  const script = outputFiles[0]?.text ?? ''
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
