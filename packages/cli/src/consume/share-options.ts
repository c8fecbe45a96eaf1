import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { ConsumeOptions } from './consume-options.ts'

/** What is handed out is the group's to say: what says otherwise is refused. */
export function checkShareOptions(topic: string | undefined, options: ConsumeOptions): void {
  if (topic !== undefined) {
    throw new CommandFailure(EXIT.usage, {
      message: `--share and ${topic} contradict each other: the group has its topics.`,
      next: `Leave out one of them. To see its topics: millrace share describe ${options.share ?? ''}`,
    })
  }
  const wrong = REFUSED.find((option) => options[option] !== undefined)
  if (wrong === undefined) return
  throw new CommandFailure(EXIT.usage, {
    message: `--share and --${wrong} contradict each other: the group says what is handed out.`,
    next: wrong === 'start' ? NEXT_OF_START : 'Leave out one of them.',
  })
}

const NEXT_OF_START =
  'A share group is made first: millrace share create GROUP TOPIC --start latest'

const REFUSED = [
  'group',
  'instance',
  'start',
  'offset',
  'from',
  'last',
  'until',
  'partition',
  'key',
] as const satisfies readonly (keyof ConsumeOptions)[]
