import { type Command, Option } from 'commander'
import { assignments, portNumber } from '../arguments.ts'
import { invocationOf } from '../invocation.ts'
import type { ServeOptions } from '../serve/serve.ts'
import { addExamples } from './examples.ts'

export function addServeCommand(program: Command): void {
  addExamples(
    program
      .command('serve')
      .description('run a server until it is told to stop (SIGINT, SIGTERM)')
      .option('--config <file>', 'settings, as YAML or JSON (MILLRACE_CONFIG)')
      .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
      .option('--http-port <port>', 'the port to listen on (default: 7070; 0: any)', portNumber)
      .addOption(
        new Option('--log-level <level>', 'the least severe lines to log (default: info)').choices([
          'trace',
          'debug',
          'info',
          'warn',
          'error',
          'fatal',
          'silent',
        ]),
      )
      .option('--set <path=value>', 'any setting; may be repeated', assignments)
      .option('--allow-unauthenticated', 'listen where other machines can reach it')
      .option('--dev', 'make topics when something is produced to them; print what to try')
      .option('--print-config', 'print every setting and where it came from, and end')
      .action(async (options: ServeOptions, command: Command) => {
        const { serve } = await import('../serve/serve.ts')
        await serve(invocationOf(command), options)
      }),
    [
      ['millrace serve', 'on 127.0.0.1:7070, with its data in ./data'],
      ['millrace serve --dev', 'to try things out'],
      [
        'millrace serve --config /etc/millrace.yaml --set broker.defaultPartitions=6',
        'as a service',
      ],
      ['millrace serve --print-config -o json', 'what would be in force'],
    ],
  )
}
