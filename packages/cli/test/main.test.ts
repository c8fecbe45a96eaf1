import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

/** Loaded before the program: the Node that runs it says that it is an older one. */
function claiming(version: string) {
  const lie = `const versions = Object.freeze({ ...process.versions, node: '${version}' })
    Object.defineProperty(process, 'versions', { value: versions })`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(lie)}` }
}

test.each(['18.20.8', '20.19.5', '23.11.1'])(
  'under Node %s the program says which Node it needs and where to get one, and nothing else: status 1',
  async (version) => {
    const run = await runCli(['--version'], { environment: claiming(version) })
    expect(run.status).toBe(1)
    expect(run.stdout).toHaveLength(0)
    expect(run.stderr).toBe(
      `millrace: this is Node ${version}, and Millrace needs 24 or later.\n` +
        'Install a newer Node (https://nodejs.org), then run the same command again.\n',
    )
  },
)

test('under Node 24 it runs', async () => {
  const run = await runCli(['--version'], { environment: claiming('24.0.0') })
  expect(run.status).toBe(0)
  expect(run.stderr).toBe('')
})
