import type { Command } from 'commander'

/** What to type, and what that does. */
export type Example = readonly [line: string, meaning: string]

/** Every command's help ends with something to type. */
export function addExamples(command: Command, examples: readonly Example[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
