/**
 * `pnpm generate`: writes the pages of `docs/` that follow from the code. With `--check` it writes nothing, and fails
 * when a page is not what it would write.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { cliPage } from './generate/cli-page.ts'
import { configurationPage } from './generate/configuration-page.ts'
import { errorsPage } from './generate/errors-page.ts'
import { httpApiPage } from './generate/http-api-page.ts'
import { metricsPage } from './generate/metrics-page.ts'
import type { Page } from './generate/page.ts'
import { reliabilityPage } from './generate/reliability-page.ts'
import { shareOrderPage } from './generate/share-order-page.ts'
import { shareOrderPicture } from './generate/share-order-picture.ts'

const PAGES: readonly Page[] = [
  httpApiPage,
  errorsPage,
  configurationPage,
  metricsPage,
  cliPage,
  reliabilityPage,
  shareOrderPage,
  shareOrderPicture,
]

const isCheck = process.argv.includes('--check')
for (const { path, render } of PAGES) {
  const url = new URL(`../${path}`, import.meta.url)
  const wanted = await render()
  const actual = await readFile(url, 'utf8').catch(() => undefined)
  if (actual === wanted) continue
  if (isCheck) {
    process.stdout.write(`${path} is not current: run pnpm generate\n`)
    process.exitCode = 1
  } else {
    await writeFile(url, wanted)
    process.stdout.write(`${path} written\n`)
  }
}
