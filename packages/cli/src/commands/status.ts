import type { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { addExamples } from './examples.ts'

export function addStatusCommand(program: Command): void {
  addExamples(
    program
      .command('status')
      .description('how the server is: its state, its disk, its last start')
      .action(async (_options: object, command: Command) => {
        const { showStatus } = await import('../status/status.ts')
        await showStatus(invocationOf(command))
      }),
    [
      ['millrace status', 'is it up, and is there room?'],
      ['millrace status -o json', 'the same, for a program'],
    ],
  )
}
