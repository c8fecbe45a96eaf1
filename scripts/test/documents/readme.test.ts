import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { ServerProcess } from '../../bench/server-process.ts'
import { REPOSITORY } from '../../checks/check.ts'

const README = await readFile(join(REPOSITORY, 'README.md'), 'utf8')
const HAS_CURL = spawnSync('curl', ['--version']).status === 0
const MILLRACE = `"${process.execPath}" "${join(REPOSITORY, 'packages/cli/src/main.ts')}"`
const SLOW = { timeout: 60_000 }

test('what the README says to type can be typed, line by line', SLOW, async ({ skip }) => {
  skip(!HAS_CURL, 'curl is not installed')
  await using directory = await makeTempDirectory()
  const lines = blocks('sh').flatMap((block) => block.trim().split('\n'))
  const online = lines.filter(
    (line) => /curl|millrace|^printf/.test(line) && !line.includes(' log '),
  )
  const offline = lines.filter((line) => line.includes('millrace log '))
  expect(online.length).toBeGreaterThan(5)
  {
    await using server = await startServer(directory.path)
    for (const line of online) await typeLine(line, directory.path, server)
  }
  for (const line of offline) await typeLine(line, directory.path)
})

test('the program in the README runs as it stands', SLOW, async () => {
  await using directory = await makeTempDirectory()
  await using server = await startServer(directory.path)
  const [program = ''] = blocks('ts')
  const text = program.replace('http://127.0.0.1:7070', server.url)
  const flags = ['--input-type=module-typescript', '--eval', text]
  const printed = await runUntilItPrints(process.execPath, flags, REPOSITORY)
  expect(printed).toMatch(/^\d 0 { total: 3 }\n$/)
})

function blocks(language: string): readonly string[] {
  return [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, its]) => its === language)
    .map(([, , text = '']) => text)
}

function startServer(directory: string): Promise<ServerProcess> {
  return ServerProcess.start(join(directory, 'data'), { 'broker.autoCreateTopics': 'true' })
}

/** As a user in `directory` would. What goes on for ever is ended when it has printed something. */
async function typeLine(line: string, directory: string, server?: ServerProcess): Promise<void> {
  const command = line
    .replace(
      'npx -y pnpm@12 millrace',
      `${MILLRACE} --server ${server?.url ?? 'http://127.0.0.1:1'}`,
    )
    .replaceAll('http://127.0.0.1:7070', server?.url ?? '')
  if (/ -N | --follow/.test(line)) {
    expect(await runUntilItPrints('bash', ['-c', `exec ${command}`], directory), line).not.toBe('')
    return
  }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: directory })
  expect(status, `${line}\n${stdout.toString()}${stderr.toString()}`).toBe(0)
  expect(stdout.toString(), line).not.toContain('"status":4')
}

async function runUntilItPrints(
  command: string,
  args: readonly string[],
  directory: string,
): Promise<string> {
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] })
  const printed = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  child.kill('SIGKILL')
  return String(printed[0])
}
