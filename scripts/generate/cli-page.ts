import type { Command } from 'commander'
import { createProgram } from '../../packages/cli/src/program.ts'
import { heading, lines, type Page } from './page.ts'

export const cliPage: Page = { path: 'docs/cli.md', render }

function render(): string {
  return lines(
    heading('Command line', 'what the commands say of themselves'),
    'What `--help` prints, for every command. Data goes to standard output, everything else to standard error, so that pipes stay',
    'clean. [errors.md](errors.md) lists the exit statuses.',
    '',
    commandsOf(createProgram(), []).flatMap(({ name, help }) => [
      `## ${name}`,
      '',
      '```text',
      help.trim(),
      '```',
      '',
    ]),
  )
}

interface CommandHelp {
  readonly name: string
  readonly help: string
}

/** The command itself, then those below it, in their order. */
function commandsOf(command: Command, parents: readonly string[]): readonly CommandHelp[] {
  const names = [...parents, command.name()]
  const below = command.commands.filter((child) => !HIDDEN.has(child.name()))
  return [
    { name: names.join(' '), help: helpOf(command) },
    ...below.flatMap((child) => commandsOf(child, names)),
  ]
}

/** `help` is commander's own; `complete` is called by shells. */
const HIDDEN = new Set(['help', 'complete'])

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (piece) => {
      text += piece
    },
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text
}
