import type { Finding, Repository } from './repository.ts'

/** Half of our source files are shorter than this. (That none is over 400 lines is the linter's to say.) */
const MEDIAN_LINES_MAX = 120
const COLUMNS_MAX = 100
/** A word that would not fit is not torn. */
const TOLERATED = 20

export function checkFileSizes({ files }: Repository): readonly Finding[] {
  const sources = files.filter(({ path }) => path.endsWith('.ts'))
  const lengths = sources
    .map(({ text }) => text.trimEnd().split('\n').length)
    .toSorted((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0
  return [
    ...(median < MEDIAN_LINES_MAX
      ? []
      : [{ path: 'packages', message: `the median source file has ${median} lines` }]),
    ...sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        // The formatter breaks code, and leaves comments and long strings as they are.
        const isLong = line.length > COLUMNS_MAX + TOLERATED && /^\s*(\/\/|\*|\/\*)/.test(line)
        return isLong ? [{ path, line: index + 1, message: 'the comment is too wide' }] : []
      }),
    ),
  ]
}
