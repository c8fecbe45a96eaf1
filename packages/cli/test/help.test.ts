import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../src/program.ts'
import { runCli } from './run-cli.ts'

const commands = allCommands(createProgram())

describe.each(commands)('millrace $path', ({ command }) => {
  test('explains itself, each argument and each option', () => {
    expect(command.description()).not.toBe('')
    for (const argument of command.registeredArguments) expect(argument.description).not.toBe('')
    for (const option of command.options) expect(option.description).not.toBe('')
  })

  test('has examples, which can be typed', () => {
    const lines = examplesOf(command)
    expect(lines).not.toHaveLength(0)
    for (const line of lines) {
      const words = wordsOf(line)
      expect(words[0]).toBe('millrace')
      expect(unknownOptions(words.slice(1)), line).toEqual([])
    }
  })
})

test('help is printed for the program and for a command, and is success', async () => {
  const whole = await runCli(['--help'])
  expect(whole.status).toBe(0)
  expect(whole.stdout.toString()).toMatch(/^Usage: millrace/)
  const one = await runCli(['topic', 'create', '--help'])
  expect(one.status).toBe(0)
  expect(one.stdout.toString()).toContain('Examples:')
})

test('--version prints the version of the package', async () => {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  expect((await runCli(['--version'])).stdout.toString()).toBe(`${version}\n`)
})

test('an unknown command is status 2, and the nearest is named', async () => {
  const run = await runCli(['consum', 'orders'])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('Did you mean consume?')
  expect(run.stdout).toHaveLength(0)
})

test('an unknown option is status 2, and the nearest is named', async () => {
  const run = await runCli(['consume', 'orders', '--folow'])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('Did you mean --follow?')
})

test('when no server answers: status 6, where it was looked for and why there, and what to do', async () => {
  const environment = { MILLRACE_SERVER: '127.0.0.1:9' }
  const run = await runCli(['topic', 'ls'], { environment })
  expect(run.status).toBe(6)
  expect(run.stderr).toContain('http://127.0.0.1:9 (MILLRACE_SERVER)')
  expect(run.stderr).toContain('millrace serve')
  expect(run.stdout).toHaveLength(0)
})

test.each([
  { line: ['--help'] },
  { line: ['topic', 'ls', '--server', '127.0.0.1:9'] },
  { line: ['consume', 't', '--server', '127.0.0.1:9'] },
  { line: ['consume', 't', '--group', 'g', '--server', '127.0.0.1:9'] },
  { line: ['consume', '--share', 'g', '--server', '127.0.0.1:9'] },
  { line: ['schema', 'ls', '--server', '127.0.0.1:9'] },
  { line: ['schema', 'types', 'orders-value', '--server', '127.0.0.1:9'] },
])('$line loads neither the server nor its database', async ({ line }) => {
  const loaded = await modulesLoadedBy(line)
  expect(loaded.some((url) => url.endsWith('/cli/src/program.ts'))).toBe(true)
  expect(loaded.filter((url) => /\/(fastify|lmdb|pino|typebox|avsc)\//.test(url))).toEqual([])
})

interface NamedCommand {
  readonly path: string
  readonly command: Command
}

function allCommands(command: Command, path = ''): readonly NamedCommand[] {
  const visible = command.createHelp().visibleCommands(command)
  const children = visible.filter((child) => child.name() !== 'help')
  return [
    { path, command },
    ...children.flatMap((child) => allCommands(child, `${path}${child.name()} `)),
  ]
}

function examplesOf(command: Command): readonly string[] {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) })
  command.outputHelp()
  const [, examples = ''] = help.split('Examples:\n')
  return examples
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().replace(/ {2,}.*$/, ''))
}

/** Of the last command of a pipe, as a shell would split it; redirections left out. */
function wordsOf(line: string): readonly string[] {
  const command = /<\((.*)\)$/.exec(line)?.[1] ?? line.split(' | ').at(-1) ?? ''
  const words = command.match(/"[^"]*"|\S+/g) ?? []
  const redirection = words.findIndex((word) => word === '<' || word === '>')
  const kept = redirection === -1 ? words : words.slice(0, redirection)
  return kept.map((word) => word.replaceAll('"', ''))
}

function unknownOptions(words: readonly string[]): readonly string[] {
  let command = createProgram()
  let rest = [...words]
  for (;;) {
    const child = command.commands.find((one) => one.name() === rest[0])
    if (child === undefined) break
    command = child
    rest = rest.slice(1)
  }
  const { unknown } = command.parseOptions(rest)
  return createProgram().parseOptions(unknown).unknown
}

/** Every script that a run evaluated, as V8 tells it. */
async function modulesLoadedBy(line: readonly string[]): Promise<readonly string[]> {
  await using directory = await makeTempDirectory()
  await runCli(line, { environment: { NODE_V8_COVERAGE: directory.path } })
  const urls: string[] = []
  for (const name of await readdir(directory.path)) {
    const report = JSON.parse(await readFile(join(directory.path, name), 'utf8')) as {
      readonly result: readonly { readonly url: string }[]
    }
    urls.push(...report.result.map(({ url }) => url))
  }
  return urls
}
