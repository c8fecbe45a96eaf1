import { fixedOf } from './binary.ts'
import type { Scalar } from './scalar.ts'

/**
 * A duration: in the binary months, days and milliseconds, 32 bits each, little-endian, none of which is worth a
 * number of another; in JSON as ISO 8601 has it, `P1M2DT3.5S`, and `PT0S` for none at all.
 */
export const duration: Scalar<Uint8Array> = {
  ...fixedOf(12),
  wanted: 'a duration, like P1M2DT3.5S',
  format: (raw) => {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length)
    return `"${formatDuration(...partsOf((at) => view.getUint32(at, true)))}"`
  },
  parse: (value) => {
    const parts = typeof value === 'string' ? parseDuration(value) : undefined
    if (parts === undefined) return undefined
    const view = new DataView(new ArrayBuffer(12))
    for (const [index, part] of parts.entries()) view.setUint32(4 * index, part, true)
    return new Uint8Array(view.buffer)
  },
}

function partsOf(read: (at: number) => number): [number, number, number] {
  return [read(0), read(4), read(8)]
}

function formatDuration(months: number, days: number, milliseconds: number): string {
  const date = `${part(months, 'M')}${part(days, 'D')}`
  if (milliseconds === 0 && date !== '') return `P${date}`
  return `P${date}T${milliseconds / 1000}S`
}

function part(count: number, letter: string): string {
  return count === 0 ? '' : `${count}${letter}`
}

/** Years are twelve months, weeks seven days; hours and minutes are milliseconds. */
function parseDuration(text: string): readonly number[] | undefined {
  const match = text.length > TEXT_MAX ? null : DURATION.exec(text)
  if (match === null || text.endsWith('P') || text.endsWith('T')) return undefined
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1, 8)
    .map((count) => Number(count ?? 0))
  const fraction = Number((match[8] ?? '').padEnd(3, '0'))
  const parts = [
    12 * years + months,
    7 * weeks + days,
    1000 * (3600 * hours + 60 * minutes + seconds) + fraction,
  ]
  return parts.every((count) => count <= UINT32_MAX) ? parts : undefined
}

const DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3}))?S)?)?$/
const UINT32_MAX = 2 ** 32 - 1
const TEXT_MAX = 100
