import type { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { addExamples } from './examples.ts'

export function addContextCommands(program: Command): void {
  const context = program
    .command('context')
    .description('names for servers, so that --server need not be typed')
  addExamples(context, [
    ['millrace context add prod http://10.0.0.5:7070', 'give a server a name'],
    ['millrace context use prod', 'talk to it from now on'],
  ])

  addExamples(
    context
      .command('ls')
      .alias('list')
      .description('list the contexts; the current one is marked')
      .action(async (_options: object, command: Command) => {
        const { listContexts } = await import('../context/context-commands.ts')
        await listContexts(invocationOf(command))
      }),
    [['millrace context ls', 'what names there are']],
  )

  addExamples(
    context
      .command('add')
      .description('add a context, or give one another URL; the first becomes the current one')
      .argument('<name>', 'any name')
      .argument('<url>', 'where the server is')
      .action(async (name: string, url: string, _options: object, command: Command) => {
        const { addContext } = await import('../context/context-commands.ts')
        await addContext(invocationOf(command), name, url)
      }),
    [['millrace context add local http://127.0.0.1:7070', 'give a server a name']],
  )

  addExamples(
    context
      .command('use')
      .description('make a context the current one')
      .argument('<name>', 'a context')
      .action(async (name: string, _options: object, command: Command) => {
        const { useContext } = await import('../context/context-commands.ts')
        await useContext(invocationOf(command), name)
      }),
    [['millrace context use prod', 'talk to that server from now on']],
  )

  addExamples(
    context
      .command('rm')
      .alias('remove')
      .description('forget a context')
      .argument('<name>', 'a context')
      .action(async (name: string, _options: object, command: Command) => {
        const { removeContext } = await import('../context/context-commands.ts')
        await removeContext(invocationOf(command), name)
      }),
    [['millrace context rm prod', 'forget that name; the server is not touched']],
  )
}
