import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const PARTITION = fileURLToPath(new URL('fixtures/g-0', import.meta.url))

/** util-linux has a program that gives another one a terminal. */
const canHaveTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0

function onTerminal(...options: readonly string[]) {
  const line = [process.execPath, MAIN, 'log', 'verify', PARTITION, ...options]
  const command = line.map((word) => `'${word}'`).join(' ')
  const run = spawnSync('script', ['-qec', command, '/dev/null'], { env: process.env })
  return { status: run.status, text: run.stdout.toString() }
}

test.skipIf(!canHaveTerminal)('log verify shows on a terminal how far it is', () => {
  const { status, text } = onTerminal()
  expect(status).toBe(0)
  expect(text).toContain('░ 0% | ')
  expect(text).toContain('Sound: 1 partition, 5 segments')
})

test.skipIf(!canHaveTerminal)('with --no-progress it does not', () => {
  expect(onTerminal('--no-progress').text).not.toContain('%')
})

test('where there is no terminal, neither', async () => {
  const run = await runCli(['log', 'verify', PARTITION])
  expect(run.stderr).toBe('')
})
