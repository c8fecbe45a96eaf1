/** Bytes for a table: three digits that count, in units of 1024. */
export function formatBytes(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024
    unit += 1
  }
  const digits = unit === 0 || amount >= 100 ? 0 : amount >= 10 ? 1 : 2
  return `${amount.toFixed(digits)} ${UNITS[unit]}`
}

/** A count for people: `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 record`, `2,000 records`, `2 entries`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
