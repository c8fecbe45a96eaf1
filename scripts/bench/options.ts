import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'

export interface BenchOptions {
  /** Of the benchmarks to run; none: all of them. */
  readonly names: readonly string[]
  readonly sliceSeconds: number
  readonly rounds: number
  readonly bulkBytes: number
  readonly directory: string
  /** Only to see that everything runs: short, small, and nothing is written down. */
  readonly isQuick: boolean
  readonly isList: boolean
}

export const USAGE = `pnpm bench [name...] [--seconds N] [--rounds N] [--bulk-gib N] [--directory DIR] [--quick] [--list]

  name...        only these benchmarks
  --seconds N    length of a slice (3)
  --rounds N     slices of each contender (10)
  --bulk-gib N   data moved by the benchmarks of memory and of large partitions (5)
  --directory    where data is kept meanwhile, on the disk to be measured (.bench)
  --quick        a glance: short, small, nothing is written to docs/benchmarks.md
  --list         the names, and nothing else
`

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      'bulk-gib': { type: 'string' },
      directory: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  })
  const defaults = values.quick ? QUICK : FULL
  return {
    names: positionals,
    sliceSeconds: positive(values.seconds, defaults.sliceSeconds),
    rounds: positive(values.rounds, defaults.rounds),
    bulkBytes: positive(values['bulk-gib'], defaults.bulkGiB) * 2 ** 30,
    directory: values.directory ?? fileURLToPath(new URL('../../.bench', import.meta.url)),
    isQuick: values.quick,
    isList: values.list,
  }
}

const FULL = { sliceSeconds: 3, rounds: 10, bulkGiB: 5 }
const QUICK = { sliceSeconds: 0.5, rounds: 2, bulkGiB: 0.0625 }

function positive(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new TypeError(`'${text}' is not a number above 0`)
}
