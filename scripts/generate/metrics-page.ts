import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfiguration } from '@millrace/server/config'
import { createProcessLogger } from '@millrace/server/process-logger'
import { Server } from '@millrace/server/server'
import { heading, lines, type Page, table } from './page.ts'

export const metricsPage: Page = { path: 'docs/metrics.md', render }

async function render(): Promise<string> {
  const text = await metricsOfAnEmptyServer()
  return lines(
    heading('Metrics', 'what GET /metrics says of itself'),
    'In the text format of Prometheus, at `/metrics`. Beside these there are those of the process and of Node (`process_...`,',
    '`nodejs_...`).',
    '',
    table(
      ['metric', 'type', 'meaning'],
      metricsIn(text).map(({ name, type, help }) => [`\`${name}\``, type, help]),
    ),
  )
}

interface Metric {
  readonly name: string
  readonly type: string
  readonly help: string
}

function metricsIn(text: string): readonly Metric[] {
  return [...text.matchAll(/^# HELP (millrace_\w+) (.*)\n# TYPE \w+ (\w+)$/gm)]
    .map(([, name = '', help = '', type = '']) => ({ name, help, type }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function metricsOfAnEmptyServer(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-metrics-'))
  try {
    const flags = new Map([
      ['dataDir', directory],
      ['http.port', '0'],
      ['storage.reserveBytes', '0'],
    ])
    const { config } = loadConfiguration({ flags, environment: {}, directory })
    await using server = await Server.open(config, {
      logger: createProcessLogger('silent'),
      version: '0',
    })
    const response = await fetch(`${server.address}/metrics`)
    return await response.text()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
