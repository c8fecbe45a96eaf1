import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'

export interface TortureOptions {
  /** Of the attacks to run; none: all of them. */
  readonly names: readonly string[]
  readonly firstSeed: number
  /** At most, for each attack. Undefined: what the attack is to reach. */
  readonly cases: number | undefined
  /** At most, for each attack. */
  readonly minutes: number
  readonly workers: number
  readonly directory: string
  /** Plants bugs in a copy, and sees that the attacks find them. The names are bugs then. */
  readonly isPlanted: boolean
  readonly isList: boolean
}

export const USAGE = `pnpm torture [attack...] [--seed N] [--cases N] [--minutes N] [--workers N] [--directory DIR] [--planted] [--list]

  attack...      only these attacks
  --seed N       the first case (1); the same seed is the same case
  --cases N      how many cases of each attack (as many as it is to reach)
  --minutes N    no longer than this for each attack (60)
  --workers N    processes that share the cases (one a processor)
  --directory    where cases find a real disk (.torture)
  --planted      plants each bug of scripts/torture/planted-bugs in a copy, and sees that its attack finds it;
                 names are those of bugs then, and --minutes is for each (2)
  --list         the names, and nothing else

What ends well is kept in docs/reliability.json, and docs/reliability.md is made from it.
`

export function parseOptions(args: readonly string[]): TortureOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      cases: { type: 'string' },
      minutes: { type: 'string' },
      workers: { type: 'string' },
      directory: { type: 'string' },
      planted: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  })
  return {
    names: positionals,
    firstSeed: wholeNumber(values.seed) ?? 1,
    cases: wholeNumber(values.cases),
    minutes: positive(values.minutes) ?? (values.planted ? PLANTED_MINUTES : MINUTES),
    workers: wholeNumber(values.workers) ?? availableParallelism(),
    directory: values.directory ?? fileURLToPath(new URL('../../.torture', import.meta.url)),
    isPlanted: values.planted,
    isList: values.list,
  }
}

const MINUTES = 60
const PLANTED_MINUTES = 2

function wholeNumber(text: string | undefined): number | undefined {
  const value = positive(text)
  if (value === undefined || Number.isSafeInteger(value)) return value
  throw new TypeError(`'${text}' is not a whole number above 0`)
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new TypeError(`'${text}' is not a number above 0`)
}
