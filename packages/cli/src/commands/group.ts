import type { Command } from 'commander'
import { groupName, memberName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import { addExamples } from './examples.ts'
import { addResetCommand } from './reset.ts'

export function addGroupCommands(program: Command): void {
  const group = program
    .command('group')
    .description('consumer groups: who reads what and how far behind, move, end')
  addExamples(group, [
    ['millrace consume orders --group billing --follow', 'read as a member of a group'],
    ['millrace group describe billing', 'who reads what, and how far behind it is'],
  ])
  addList(group)
  addDescribe(group)
  addResetCommand(group)
  addDelete(group)
  addLeave(group)
}

function addList(group: Command): void {
  addExamples(
    group
      .command('ls')
      .alias('list')
      .description('list groups, by name')
      .action(async (_options: object, command: Command) => {
        const { listGroups } = await import('../group/list-groups.ts')
        await listGroups(invocationOf(command))
      }),
    [['millrace group ls', 'every group, and its state']],
  )
}

function addDescribe(group: Command): void {
  addExamples(
    ofOne(group.command('describe'))
      .description('show a group: its members, what each reads, where it is and its lag')
      .action(async (name: string, _options: object, command: Command) => {
        const { describeGroup } = await import('../group/describe-group.ts')
        await describeGroup(invocationOf(command), name)
      }),
    [
      ['millrace group describe billing', 'for people'],
      ['millrace group describe billing -o json', 'for programs'],
    ],
  )
}

function addDelete(group: Command): void {
  addExamples(
    ofOne(group.command('delete').alias('rm'))
      .description(
        'delete a group that has no members, and what it committed; shows it unless --yes',
      )
      .option('-y, --yes', 'do it')
      .action(async (name: string, options: { readonly yes?: true }, command: Command) => {
        const { deleteGroup } = await import('../group/delete-group.ts')
        await deleteGroup(invocationOf(command), name, options)
      }),
    [
      ['millrace group delete billing', 'what would go'],
      ['millrace group delete billing --yes', 'let it go'],
    ],
  )
}

function addLeave(group: Command): void {
  addExamples(
    ofOne(group.command('leave'))
      .description('take a member out: its partitions go to the others at once')
      .argument('<member>', 'its id, or the name of its instance', memberName)
      .action(async (name: string, member: string, _options: object, command: Command) => {
        const { takeOut } = await import('../group/take-out.ts')
        await takeOut(invocationOf(command), name, member)
      })
      .addHelpText('after', '\nA member that still runs joins again by itself: end it first.'),
    [['millrace group leave billing host-7', 'a static member that does not come back']],
  )
}

/** What every command takes that is about one group. */
function ofOne(command: Command): Command {
  return command.argument('<group>', 'a consumer group', groupName)
}
