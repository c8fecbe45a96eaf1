import type { SessionResult, TrialResult } from '../share-order/results.ts'

/** Long ones have a row each; those that are short enough stand two in a row. */
export function sessionRows(sessions: readonly SessionResult[]): readonly string[] {
  const longCount = longCountOf(sessions)
  return sessions.flatMap((session, index) => {
    const short = index - longCount
    if (short < 0) return sessionRow(session, 0, index * ROW)
    return sessionRow(session, (short % 2) * COLUMN, (longCount + Math.floor(short / 2)) * ROW)
  })
}

export function sessionsHeight(trials: readonly TrialResult[]): number {
  const rows = trials.map(({ sessions }) => {
    const longCount = longCountOf(sessions)
    return longCount + Math.ceil((sessions.length - longCount) / 2)
  })
  return Math.max(...rows) * ROW
}

function longCountOf(sessions: readonly SessionResult[]): number {
  return sessions.filter(({ handled }) => numbersOf(handled).length > SHORT_LINES_MAX).length
}

/**
 * A session: above, its lines in the order of the log; below, in the order in which they were handled. Each
 * line joins its two places: upright where the order was kept.
 */
function sessionRow(
  { session, handled, begun }: SessionResult,
  left: number,
  top: number,
): readonly string[] {
  const order = numbersOf(handled)
  const begins = numbersOf(begun)
  const overtaking = order.filter((number, place) => {
    return order.slice(place + 1).some((later) => later < number)
  })
  const joined = order.map((number, place) => {
    const [from, to] = [xOf(number - 1), xOf(place)]
    const isOvertaking = overtaking.includes(number)
    const link = `M${from} ${TOP}C${from} ${MIDDLE} ${to} ${MIDDLE} ${to} ${BOTTOM}`
    return { number, to, isOvertaking, link }
  })
  return [
    `<g transform="translate(${left} ${top})">`,
    `<text class="session" x="${LABEL}" y="${BOTTOM}">${session}</text>`,
    ...joined
      .toSorted((one, other) => Number(one.isOvertaking) - Number(other.isOvertaking))
      .map(({ isOvertaking, link }) => {
        return `<path class="${isOvertaking ? 'overtaking' : 'link'}" d="${link}"/>`
      }),
    ...joined.map(({ number }) => `<path class="tick" d="M${xOf(number - 1) - 4} ${TOP}h8"/>`),
    ...joined.map(({ number, to, isOvertaking }) => {
      const isAgain = (begins[number - 1] ?? 1) > 1
      const ring = isAgain ? `<circle class="again" cx="${to}" cy="${BOTTOM}" r="6.5"/>` : ''
      const look = isOvertaking ? 'class="overtook"' : `fill="${colourOf(number, order.length)}"`
      return `${ring}<circle ${look} cx="${to}" cy="${BOTTOM}" r="4.5"/>`
    }),
    '</g>',
  ]
}

/** From green over blue to violet, from the first line of a session to its last. */
function colourOf(number: number, count: number): string {
  const share = count === 1 ? 0 : (number - 1) / (count - 1)
  return `hsl(${Math.round(165 + share * 110)}, 52%, ${Math.round(45 + share * 12)}%)`
}

function xOf(place: number): number {
  return LABEL + 16 + place * STEP
}

function numbersOf(text: string): readonly number[] {
  return text.split(' ').map(Number)
}

const ROW = 29
const COLUMN = 246
const SHORT_LINES_MAX = 7
const STEP = 22.5
const LABEL = 34
const TOP = 2
const MIDDLE = 11
const BOTTOM = 19
