import type { Results, TrialResult } from '../share-order/results.ts'

/** A lane for the place of each worker, over time: what failed, when it stood still, and when it was killed. */
export function mishapLanes(
  { places, figures }: TrialResult,
  { plan, trials }: Results,
): readonly string[] {
  const longest = Math.max(...trials.map((trial) => trial.figures.seconds))
  const xOf = (ms: number) => LEFT + (ms / 1000 / longest) * LENGTH
  const lanes = places.map(({ failures, kills, stalls }, place) => {
    const y = place * LANE + LANE / 2
    const each = (text: string, draw: (x: number) => string) => {
      return numbersOf(text).map((ms) => draw(round(xOf(ms))))
    }
    const stallLength = round(xOf(plan.stallMs) - xOf(0))
    const of = (kind: string, path: readonly string[]) => {
      return path.length === 0 ? '' : `<path class="${kind}" d="${path.join('')}"/>`
    }
    return [
      `<path class="lane" d="M${LEFT} ${y}H${round(xOf(figures.seconds * 1000))}"/>`,
      of(
        'stall',
        each(stalls, (x) => `M${x} ${y}h${stallLength}`),
      ),
      of(
        'failure',
        each(failures, (x) => `M${x} ${y - 4}v8`),
      ),
      of(
        'kill',
        each(kills, (x) => `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`),
      ),
    ].join('')
  })
  return [...lanes, ...secondsBelow(figures.seconds, places.length * LANE + 14, xOf)]
}

export function mishapsHeight({ workers }: Results['plan']): number {
  return workers * LANE + 18
}

function secondsBelow(seconds: number, y: number, xOf: (ms: number) => number): readonly string[] {
  const marks = Array.from({ length: Math.floor(seconds / 10) + 1 }, (_, index) => index * 10)
  return marks.map((mark) => {
    return `<text class="time" x="${round(xOf(mark * 1000))}" y="${y}">${mark} s</text>`
  })
}

function numbersOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(' ').map(Number)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

const LANE = 13
const LEFT = 14
const LENGTH = 430
