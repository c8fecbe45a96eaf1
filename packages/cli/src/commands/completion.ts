import { Argument, type Command } from 'commander'
import type { Shell } from '../completion/completion.ts'
import { addExamples } from './examples.ts'

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish']

export function addCompletionCommands(program: Command): void {
  addExamples(
    program
      .command('completion')
      .description('print a script that completes commands, options and names in a shell')
      .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
      .action(async (shell: Shell) => {
        const { printCompletionScript } = await import('../completion/completion.ts')
        printCompletionScript(shell)
      }),
    [
      ['source <(millrace completion bash)', 'in ~/.bashrc; zsh likewise'],
      ['millrace completion fish > ~/.config/fish/completions/millrace.fish', 'for fish'],
    ],
  )
  // What those scripts call: millrace complete -- WORDS
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const { complete } = await import('../completion/completion.ts')
      await complete(program, words)
    })
}
