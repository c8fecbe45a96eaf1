import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { serve } from './serving.ts'

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

test.skipIf(!existsSync(executablePath))(
  'in a real Chromium the page of the API loads without a complaint, asks nobody else for anything, and sends requests',
  { timeout: 60_000 },
  async () => {
    await using serving = await serve()
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    const page = await browser.newPage()
    const complaints: string[] = []
    const elsewhere: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol.startsWith('http') && origin !== serving.url) elsewhere.push(request.url())
    })
    await page.goto(`${serving.url}/docs`)
    await page.getByText('List topics by name').first().waitFor()
    const answered = page.waitForResponse((response) => response.url().includes('/v1/topics?'))
    await page.getByRole('button', { name: 'Test Request' }).first().click()
    await page.getByRole('button', { name: 'Send' }).first().click()
    expect((await answered).status()).toBe(200)
    expect({ complaints, elsewhere }).toEqual({ complaints: [], elsewhere: [] })
    await browser.close()
  },
)
