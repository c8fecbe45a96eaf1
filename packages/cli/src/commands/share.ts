import { type Command, Option } from 'commander'
import { count, duration, durations, groupName, topicName, topicNames } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { RedriveOptions } from '../share/redrive.ts'
import type { ShareSettings } from '../share/share-settings.ts'
import { addExamples } from './examples.ts'

export function addShareCommands(program: Command): void {
  const share = program
    .command('share')
    .description('share groups: records handed out one by one, and again when a consumer fails')
  addExamples(share, [
    ['millrace share create mail orders', 'share the records of a topic'],
    ['millrace consume --share mail --follow', 'be one of those who share them'],
    ['millrace share describe mail', 'what is settled, and what is not'],
  ])
  addList(share)
  addDescribe(share)
  addCreate(share)
  addAlter(share)
  addRedrive(share)
  addDelete(share)
}

function addList(share: Command): void {
  addExamples(
    share
      .command('ls')
      .alias('list')
      .description('list share groups, by name')
      .action(async (_options: object, command: Command) => {
        const { listShareGroups } = await import('../share/list-share-groups.ts')
        await listShareGroups(invocationOf(command))
      }),
    [['millrace share ls', 'every share group, and its topics']],
  )
}

function addDescribe(share: Command): void {
  addExamples(
    ofOne(share.command('describe'))
      .description('show a share group: its settings, how far it is, who holds records')
      .action(async (name: string, _options: object, command: Command) => {
        const { describeShareGroup } = await import('../share/describe-share-group.ts')
        await describeShareGroup(invocationOf(command), name)
      }),
    [
      ['millrace share describe mail', 'for people'],
      ['millrace share describe mail -o json', 'for programs'],
    ],
  )
}

function addCreate(share: Command): void {
  addExamples(
    withSettings(ofOne(share.command('create')).argument('<topic...>', TOPICS, topicNames))
      .description('make a share group; it may be there already, if it is as asked')
      .action(
        async (
          name: string,
          topics: readonly string[],
          settings: ShareSettings,
          command: Command,
        ) => {
          const { createShareGroup } = await import('../share/change-share-group.ts')
          await createShareGroup(invocationOf(command), name, { topics, ...settings })
        },
      ),
    [
      ['millrace share create mail orders', 'from the earliest record on, keys in order'],
      ['millrace share create mail orders users --start latest --ordering none', 'as Kafka does'],
      [
        'millrace share create mail orders --dead-letter orders.dead --max-deliveries 3',
        'give up after three, and keep a copy',
      ],
    ],
  )
}

function addAlter(share: Command): void {
  addExamples(
    withSettings(ofOne(share.command('alter')).argument('[topic...]', TOPICS, topicNames))
      .option('--no-dead-letter', 'what is given up on is gone')
      .description('change what is named of a share group, and nothing else')
      .action(
        async (
          name: string,
          topics: readonly string[] | undefined,
          settings: ShareSettings,
          command: Command,
        ) => {
          const { alterShareGroup } = await import('../share/change-share-group.ts')
          const change =
            topics === undefined || topics.length === 0 ? settings : { ...settings, topics }
          await alterShareGroup(invocationOf(command), name, change)
        },
      ),
    [
      ['millrace share alter mail --lock 2m', 'for handlers that take longer'],
      ['millrace share alter mail orders users --start latest', 'another topic, from now on'],
      ['millrace share alter mail --no-dead-letter', 'keep no copies'],
    ],
  )
}

function addRedrive(share: Command): void {
  addExamples(
    ofOne(share.command('redrive'))
      .description('hand out dead letters again, before newer records of their keys')
      .option('--key <text>', 'those of this key, as it is shown')
      .option('--all', 'every one')
      .action(async (name: string, options: RedriveOptions, command: Command) => {
        const { redrive } = await import('../share/redrive.ts')
        await redrive(invocationOf(command), name, options)
      }),
    [
      ['millrace share redrive mail --key user-1', 'those of one key'],
      ['millrace share redrive mail --key \'{"id":1}\'', 'of a key that is a record by its schema'],
      ['millrace share redrive mail --all', 'when what was wrong is mended'],
    ],
  )
}

function addDelete(share: Command): void {
  addExamples(
    ofOne(share.command('delete').alias('rm'))
      .description('delete a share group, and what it knows of records; shows it unless --yes')
      .option('-y, --yes', 'do it')
      .action(async (name: string, options: { readonly yes?: true }, command: Command) => {
        const { deleteShareGroup } = await import('../share/delete-share-group.ts')
        await deleteShareGroup(invocationOf(command), name, options)
      }),
    [
      ['millrace share delete mail', 'what would go'],
      ['millrace share delete mail --yes', 'let it go'],
    ],
  )
}

/** What every command takes that is about one share group. */
function ofOne(command: Command): Command {
  return command.argument('<group>', 'a share group', groupName)
}

const TOPICS = 'whose records it shares'

function withSettings(command: Command): Command {
  return command
    .addOption(
      new Option('--start <place>', 'where it begins in a topic that it does not have yet').choices(
        ['earliest', 'latest'],
      ),
    )
    .addOption(
      new Option('--ordering <how>', 'key: those of a key one after the other').choices([
        'key',
        'none',
      ]),
    )
    .option('--lock <duration>', 'how long a consumer has for a record: 30s', duration)
    .option('--max-deliveries <count>', 'how often a record is handed out', count)
    .option('--retry-delays <durations>', 'before the second time, the third: 1s,5s,30s', durations)
    .option('--dead-letter <topic>', 'where a record goes that is given up on', topicName)
    .addOption(
      new Option(
        '--dead-letter-policy <what>',
        'skip: its key goes on. park-key: goes there, too',
      ).choices(['skip', 'park-key']),
    )
}
