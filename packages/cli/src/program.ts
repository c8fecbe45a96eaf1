import { Command, CommanderError, Option } from 'commander'
import { addCompletionCommands } from './commands/completion.ts'
import { addContextCommands } from './commands/context.ts'
import { addGroupCommands } from './commands/group.ts'
import { addLogCommands } from './commands/log.ts'
import { addConsumeCommand } from './commands/consume.ts'
import { addProduceCommand } from './commands/produce.ts'
import { addSchemaCommands } from './commands/schema.ts'
import { addServeCommand } from './commands/serve.ts'
import { addShareCommands } from './commands/share.ts'
import { addStatusCommand } from './commands/status.ts'
import { addOffsetCommands } from './commands/offset.ts'
import { addTopicCommands } from './commands/topic.ts'
import { EXIT, type ExitStatus } from './exit-status.ts'
import { OUTPUT_FORMATS } from './output.ts'
import { endQuietlyWhenReaderLeaves } from './reader-left.ts'
import { reportFailure } from './report-failure.ts'
import { VERSION } from './version.ts'

/** Runs one command line. Answers with what the shell is to be told. */
export async function run(line: readonly string[]): Promise<ExitStatus> {
  if (line.includes('--no-color')) process.env['NO_COLOR'] = '1'
  endQuietlyWhenReaderLeaves()
  try {
    await createProgram().parseAsync(line, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    // It has written what it had to say: help, the version, or what is wrong with the line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return reportFailure(error)
  }
}

/** Every command with its options and help, and nothing of what they do: that is imported when one runs. */
export function createProgram(): Command {
  const program = new Command('millrace')
    .description('A partitioned, append-only log store: Kafka’s storage model in one Node process.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--server <url>', 'the server to talk to (default: the current context)')
    .option('--data-dir <dir>', 'the data directory: of serve, and of the log commands')
    .addOption(
      new Option('-o, --output <format>', 'for people, or for programs')
        .choices(OUTPUT_FORMATS)
        .default('table'),
    )
    .option('--no-color', 'no colours, as with NO_COLOR=1')
    .helpOption('-h, --help', 'print this')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(millrace --help lists what there is; COMMAND --help explains a command)')
    .exitOverride()
    .addHelpText('after', EPILOGUE)
  addServeCommand(program)
  addStatusCommand(program)
  addTopicCommands(program)
  addProduceCommand(program)
  addConsumeCommand(program)
  addGroupCommands(program)
  addOffsetCommands(program)
  addShareCommands(program)
  addSchemaCommands(program)
  addLogCommands(program)
  addContextCommands(program)
  addCompletionCommands(program)
  return program
}

const EPILOGUE = `
Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 not allowed,
6 no answer or not now, 7 damage found, 130 interrupted.

Examples:
  millrace serve                                  a server on 127.0.0.1:7070, with its data in ./data
  millrace produce orders orders.jsonl --key-json /user   a record a line, the user decides the partition
  millrace consume orders --from 1h --follow      what came in the last hour, and what comes next`
