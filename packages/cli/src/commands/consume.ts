import { type Command, Option } from 'commander'
import { count, groupName, memberName, partitions, time, topicName } from '../arguments.ts'
import { CommandFailure } from '../command-failure.ts'
import type { ConsumeOptions } from '../consume/consume-options.ts'
import { EXIT } from '../exit-status.ts'
import { type Invocation, invocationOf } from '../invocation.ts'
import { schemaName } from '../schema/schema-name.ts'
import { addExamples } from './examples.ts'

export function addConsumeCommand(program: Command): void {
  addExamples(
    program
      .command('consume')
      .description('print records, up to what there is now: each value and a line feed')
      .argument('[topic]', 'a topic; not with --share, whose group has its own', topicName)
      .option('--offset <offset>', 'begin here: earliest, latest or a number (default: earliest)')
      .option('--from <time>', 'begin with the first record at or after this time', time)
      .option('--last <count>', 'begin so many records before the end of each partition', count)
      .option('--until <time>', 'end before the first record at or after this time', time)
      .option('--follow', 'go on with what comes')
      .option('-n, --max-records <count>', 'end after so many', count)
      .option('--partition <numbers>', 'only these: 0,2', partitions)
      .option('--key <text>', 'only records with this key, as it is shown')
      .option('--schema <subject>', 'read all values as data of it: orders-value@7', schemaName)
      .option('--key-schema <subject>', 'likewise keys', schemaName)
      .option('--group <group>', 'read as a member of this group, and commit', groupName)
      .addOption(
        new Option('--start <place>', 'where a new group begins (default: earliest)').choices([
          'earliest',
          'latest',
        ]),
      )
      .option('--instance <name>', 'be a static member of the group, by this name', memberName)
      .option('--share <group>', 'take what this share group hands out, and accept it', groupName)
      .option('--consumer <name>', 'with --share: its name in the group', memberName)
      .action(async (topic: string | undefined, options: ConsumeOptions, command: Command) => {
        await run(invocationOf(command), topic, options)
      })
      .addHelpText('after', NOTES),
    [
      ['millrace consume orders', 'everything there is'],
      ['millrace consume orders --last 10 --follow', 'the newest, and what comes'],
      ['millrace consume orders --from 2h --until 1h -o jsonl', 'an hour, as JSON'],
      ['millrace consume orders --key user-1 -n 5', 'five records of one key'],
      ['millrace consume orders --schema orders-value@2', 'all of the history as version 2 has it'],
      ['millrace consume orders --group billing --follow', 'what falls to a member of billing'],
      ['millrace consume --share mail -n 1', 'one record of those that others share, too'],
    ],
  )
}

async function run(
  invocation: Invocation,
  topic: string | undefined,
  options: ConsumeOptions,
): Promise<void> {
  const { group, share } = options
  if (share !== undefined) {
    const { checkShareOptions } = await import('../consume/share-options.ts')
    checkShareOptions(topic, options)
    const { consumeShare } = await import('../consume/consume-share.ts')
    return consumeShare(invocation, { ...options, share })
  }
  if (topic === undefined) {
    throw new CommandFailure(EXIT.usage, {
      message: 'Which topic?',
      next: 'Name one, or a share group: millrace consume --share GROUP. To see topics: millrace topic ls',
    })
  }
  if (group === undefined) {
    const { consume } = await import('../consume/consume.ts')
    return consume(invocation, { topic, ...options })
  }
  const { consumeAsMember } = await import('../consume/consume-as-member.ts')
  return consumeAsMember(invocation, { topic, ...options, group })
}

const NOTES = `
Records of one partition come in their order. -o jsonl prints whole records, as
produce --format jsonl takes them.

Of a topic with a schema the values are printed as plain JSON, each read by its own version, or all
by the one that --schema names (without @VERSION the latest). One that it cannot read is told of
in its place, and the rest go on; the exit status is 1 then. With --group and --share it ends there
with that status: the record does not count as processed, and comes again.

With --group it reads the partitions that fall to it, from where the group is. A record
counts as processed, and is committed, once it is written to standard output. It leaves
when it ends; a static member keeps its partitions until its session runs out, and has
them again when it comes back before.

With --share it takes records one by one, as others do who share them, until there is none to
be had. A record is accepted once it is written to standard output; when it ends, the rest is
given back.`
