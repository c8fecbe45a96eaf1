import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import type { ConsumeOptions } from './consume-options.ts'

/** A member reads what falls to it, from where its group is: what says otherwise is refused. */
export function checkMemberOptions(topic: string, group: string, options: ConsumeOptions): void {
  const wrong = CONTRADICTIONS.find(({ option }) => options[option] !== undefined)
  if (wrong === undefined) return
  throw new CommandFailure(EXIT.usage, {
    message: `--group and --${wrong.option} contradict each other: ${wrong.why}`,
    next: wrong.next(group, topic),
  })
}

interface Contradiction {
  readonly option: keyof ConsumeOptions
  readonly why: string
  readonly next: (group: string, topic: string) => string
}

const GOES_ON = 'a group goes on where it has committed.'
const WITHOUT_GROUP = 'Leave out one of them.'

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    option: 'offset',
    why: GOES_ON,
    next: (group, topic) =>
      'Where a new group begins: --start earliest, or latest. ' +
      `To move one: millrace group reset ${group} ${topic} --to-offset OFFSET`,
  },
  {
    option: 'from',
    why: GOES_ON,
    next: (group, topic) => `To move it: millrace group reset ${group} ${topic} --to-time TIME`,
  },
  {
    option: 'last',
    why: GOES_ON,
    next: (group, topic) => `To move it: millrace group reset ${group} ${topic} --shift=-COUNT`,
  },
  {
    option: 'until',
    why: 'a member reads what there is, or follows.',
    next: () => 'Leave out one of them; -n ends after so many records.',
  },
  {
    option: 'partition',
    why: 'the group shares the partitions among its members.',
    next: () => WITHOUT_GROUP,
  },
  {
    option: 'key',
    why: 'for the group, records that are left out would be processed.',
    next: () => WITHOUT_GROUP,
  },
  {
    option: 'consumer',
    why: 'that is for one who shares the records of a group.',
    next: () => 'A static member has a name: --instance NAME. For a share group: --share GROUP.',
  },
]
