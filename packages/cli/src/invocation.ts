import type { Command } from 'commander'
import { interruption } from './interruption.ts'
import { Output, type OutputFormat } from './output.ts'
import { userPath } from './user-path.ts'

/** What every command is given, whatever its own options are. */
export interface Invocation {
  readonly output: Output
  /** `--server`. */
  readonly server: string | undefined
  /** `--data-dir`, absolute. */
  readonly dataDirectory: string | undefined
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal
}

/** The options of the program itself, which may stand anywhere on the line. */
interface GlobalOptions {
  readonly server?: string
  readonly dataDir?: string
  readonly output: OutputFormat
}

export function invocationOf(command: Command): Invocation {
  const options = command.optsWithGlobals<GlobalOptions>()
  return {
    output: new Output(options.output, process.stdout, process.stderr),
    server: options.server,
    dataDirectory: options.dataDir === undefined ? undefined : userPath(options.dataDir),
    signal: interruption(),
  }
}
