import { readResults, type Results, type TrialFigures } from '../share-order/results.ts'
import { heading, lines, type Page, table } from './page.ts'

export const shareOrderPage: Page = { path: 'docs/share-order.md', render }

async function render(): Promise<string> {
  const results = await readResults()
  const figures = results.trials.map((trial) => trial.figures)
  const headings = results.trials.map(({ ordering }) => `\`ordering: "${ordering}"\``)
  return lines(
    heading('Order under failures', 'docs/share-order.json and scripts/share-order'),
    aboutRun(results),
    '',
    '![The order in which the lines of the longest sessions were handled, with each ordering](share-order.svg)',
    '',
    table(
      ['', ...headings],
      ROWS.map(([label, figure]) => [label, ...figures.map((each) => whole(figure(each)))]),
    ),
    '',
    'A line counts as handled when its handler ended and the acceptance counted. It is out of order when that came before',
    'an earlier line of its session was handled; it was begun too early when, as a handler began it, an earlier line of its',
    'session was neither settled nor handled by the same worker just before; too late, when somebody had handled it already.',
    'Without the order, lines of a session are also handled side by side: not all of that disorder is due to what failed.',
    'Which deliveries fail or stall follows from the seed; who gets which line, and when a worker is killed, does not.',
    '',
    `\`${results.command}\`, seed ${results.plan.seed}, commit ${results.commit}, ${results.date}: ${results.machine}. The log is`,
    'one of the [Loghub](https://github.com/logpai/loghub) collection, and no part of the repository.',
  )
}

function aboutRun({ lines, log, plan, sessions }: Results): readonly string[] {
  const [least, limit] = plan.killAfter
  return [
    `The ${whole(lines)} lines of a real log (\`${log}\`) in a topic of ${plan.partitions} partitions, each keyed by the number of its`,
    `session: ${sessions} sessions, whose lines lie between one another. ${plan.workers} workers, each the client's \`shareConsumer\` in a`,
    `process of its own with ${plan.concurrency} handlers at once, share them as a group whose locks last ${plan.lockMs / 1000} s. Of what they begin, a tenth`,
    `goes wrong: the handler throws, or the whole worker stands still for ${plan.stallMs / 1000} s and loses all that it holds. And after`,
    `${least} to ${limit} deliveries a worker is killed with SIGKILL, in the midst of them, and another takes its place. Twice, by`,
    'two groups: one keeps the order of a key, the other hands records out as they come.',
  ]
}

const ROWS: readonly (readonly [string, (figures: TrialFigures) => number])[] = [
  ['lines handled', ({ linesHandled }) => linesHandled],
  ['lines lost', ({ linesLost }) => linesLost],
  ['**sessions out of order**', ({ sessionsOutOfOrder }) => sessionsOutOfOrder],
  ['**lines handled out of order**', ({ linesOutOfOrder }) => linesOutOfOrder],
  ['deliveries begun too early', ({ begunEarly }) => begunEarly],
  ['deliveries begun too late', ({ begunLate }) => begunLate],
  ['deliveries', ({ deliveries }) => deliveries],
  ['handlers that threw', ({ failures }) => failures],
  ['workers that stood still', ({ stalls }) => stalls],
  ['deliveries whose lock ran out', ({ expiredDeliveries }) => expiredDeliveries],
  ['workers killed', ({ kills }) => kills],
  ['deliveries that were cut off so', ({ killedDeliveries }) => killedDeliveries],
  ['seconds', ({ seconds }) => seconds],
]

function whole(value: number): string {
  return value.toLocaleString('en-GB')
}
