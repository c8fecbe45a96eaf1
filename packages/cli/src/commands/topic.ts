import type { Command } from 'commander'
import { assignments, count, naturalNumber, topicName } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { TopicSettings } from '../topic/change-topic.ts'
import type { TrimOptions } from '../topic/delete-topic.ts'
import { addExamples } from './examples.ts'

export function addTopicCommands(program: Command): void {
  const topic = program.command('topic').description('list, make, change and delete topics')
  addExamples(topic, [
    ['millrace topic create orders --partitions 6', 'make one'],
    ['millrace topic ls', 'see all'],
  ])
  addList(topic)
  addCreate(topic)
  addDescribe(topic)
  addAlter(topic)
  addDelete(topic)
  addTrim(topic)
}

function addList(topic: Command): void {
  addExamples(
    topic
      .command('ls')
      .alias('list')
      .description('list topics, by name')
      .option('--prefix <text>', 'only names that begin so')
      .option('--internal', 'Millrace’s own topics, too')
      .action(
        async (
          options: { readonly prefix?: string; readonly internal?: true },
          command: Command,
        ) => {
          const { listTopics } = await import('../topic/list-topics.ts')
          await listTopics(invocationOf(command), options)
        },
      ),
    [
      ['millrace topic ls', 'all of yours'],
      ['millrace topic ls --prefix orders -o jsonl', 'some, a line of JSON each'],
    ],
  )
}

function addCreate(topic: Command): void {
  addExamples(
    ofOne(topic.command('create'))
      .description('make a topic; it may be there already, if it is as asked')
      .option('-p, --partitions <count>', 'how many (default: as the server is set)', count)
      .option('--config <name=value>', 'a setting of the topic; may be repeated', assignments)
      .action(async (name: string, options: TopicSettings, command: Command) => {
        const { createTopic } = await import('../topic/change-topic.ts')
        await createTopic(invocationOf(command), name, options)
      })
      .addHelpText('after', SCHEMA_NOTES),
    [
      ['millrace topic create orders --partitions 6', 'with six partitions'],
      ['millrace topic create audit --config retentionMs=-1', 'whose records are kept for ever'],
      ['millrace topic create orders --config valueSchema=orders-value', 'held to a schema'],
    ],
  )
}

function addDescribe(topic: Command): void {
  addExamples(
    ofOne(topic.command('describe'))
      .description('show a topic: its settings and its partitions')
      .action(async (name: string, _options: object, command: Command) => {
        const { describeTopic } = await import('../topic/describe-topic.ts')
        await describeTopic(invocationOf(command), name)
      }),
    [['millrace topic describe orders', 'offsets, segments and bytes of each partition']],
  )
}

function addAlter(topic: Command): void {
  addExamples(
    ofOne(topic.command('alter'))
      .description('change the settings of a topic, or give it more partitions')
      .option('-p, --partitions <count>', 'how many; never fewer than there are', count)
      .option('--config <name=value>', 'a setting; the value default takes it back', assignments)
      .action(async (name: string, options: TopicSettings, command: Command) => {
        const { alterTopic } = await import('../topic/change-topic.ts')
        await alterTopic(invocationOf(command), name, options)
      })
      .addHelpText('after', SCHEMA_NOTES),
    [
      ['millrace topic alter orders --config retentionMs=86400000', 'keep a day'],
      ['millrace topic alter orders --config retentionMs=default', 'back to the default'],
      ['millrace topic alter orders --config valueSchema=orders-value', 'hold values to a schema'],
      ['millrace topic alter orders --config valueSchema=default', 'held to none again'],
      ['millrace topic alter orders --partitions 12', 'more partitions: keys move'],
    ],
  )
}

const SCHEMA_NOTES = `
valueSchema and keySchema name a subject of the registry; what does not fit its schemas is rejected.
What else may become of it is said in JSON: kept as it was sent, or sent to another topic, as in

  --config 'valueSchema={"subject":"orders-value","onMisfit":"off"}'
  --config 'valueSchema={"subject":"orders-value","onMisfit":"dead-letter","deadLetterTopic":"misfits"}'

With default or null the topic is held to no schema.`

function addDelete(topic: Command): void {
  addExamples(
    ofOne(topic.command('delete').alias('rm'))
      .description('delete a topic, with its records and committed offsets; shows it unless --yes')
      .option('-y, --yes', 'do it')
      .action(async (name: string, options: { readonly yes?: true }, command: Command) => {
        const { deleteTopic } = await import('../topic/delete-topic.ts')
        await deleteTopic(invocationOf(command), name, options)
      }),
    [
      ['millrace topic delete orders', 'what would go'],
      ['millrace topic delete orders --yes', 'let it go'],
    ],
  )
}

function addTrim(topic: Command): void {
  addExamples(
    ofOne(topic.command('trim'))
      .description('let go of the oldest records of a partition; shows it unless --yes')
      .requiredOption('--partition <number>', 'which partition', naturalNumber)
      .requiredOption('--before <offset>', 'the first offset that stays', naturalNumber)
      .option('-y, --yes', 'do it')
      .action(async (name: string, options: TrimOptions, command: Command) => {
        const { trimPartition } = await import('../topic/delete-topic.ts')
        await trimPartition(invocationOf(command), name, options)
      }),
    [
      ['millrace topic trim orders --partition 0 --before 1000', 'what would go'],
      ['millrace topic trim orders --partition 0 --before 1000 --yes', 'offsets 0 to 999'],
    ],
  )
}

/** What every command takes that is about one topic. */
function ofOne(command: Command): Command {
  return command.argument('<topic>', 'its name', topicName)
}
