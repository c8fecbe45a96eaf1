import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProgram } from '../../../packages/cli/src/program.ts'
import { REPOSITORY } from '../../checks/check.ts'
import { readRepository } from '../../tidy/repository.ts'

const PAGES = (await readRepository(REPOSITORY)).files
  .map(({ path }) => path)
  .filter((path) => path.endsWith('.md') && path !== 'docs/cli.md')

test('every millrace command in a page, with its options, is one that there is', async () => {
  const lines = (await Promise.all(PAGES.map(commandsIn))).flat()
  expect(lines.length).toBeGreaterThan(10)
  expect(
    lines.flatMap(({ path, line }) => problemsWith(line).map((it) => `${path}: ${it}`)),
  ).toEqual([])
})

test('a command or an option that there is not would be noticed', () => {
  expect(problemsWith('topic make visits')).toEqual(['millrace topic make visits: no command make'])
  expect(problemsWith('topic create visits --parts 3')).toEqual([
    'millrace topic create visits --parts 3: no option --parts',
  ])
})

async function commandsIn(path: string): Promise<readonly { path: string; line: string }[]> {
  const text = await readFile(join(REPOSITORY, path), 'utf8')
  const inCode = text.matchAll(/`millrace ([a-z][^`]*)`/g)
  const inBlocks = text.matchAll(/^(?:npx -y pnpm@12 )?millrace ([a-z][^|<>#\n]*)/gm)
  return [...inCode, ...inBlocks].map(([, line = '']) => ({ path, line: line.trim() }))
}

function problemsWith(line: string): readonly string[] {
  let command = createProgram()
  const options = new Set(optionsOf(command))
  const words = line.split(/\s+/)
  for (const [index, word] of words.entries()) {
    if (word.startsWith('-')) continue
    const next = command.commands.find((child) => [child.name(), ...child.aliases()].includes(word))
    if (next === undefined) {
      const isArgument = index > 0 && command.commands.length === 0
      if (isArgument) break
      return [`millrace ${line}: no command ${word}`]
    }
    command = next
    for (const option of optionsOf(command)) options.add(option)
  }
  return words
    .filter((word) => /^--?[a-z]/.test(word) && !options.has(word.split('=')[0] ?? ''))
    .map((word) => `millrace ${line}: no option ${word}`)
}

function optionsOf(command: ReturnType<typeof createProgram>): readonly string[] {
  return command.options.flatMap(({ short, long }) =>
    [short, long].filter((flag) => flag !== undefined),
  )
}
