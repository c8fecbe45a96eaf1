import { readFile } from 'node:fs/promises'

/** What Linux says of a process. Elsewhere these benchmarks do not run. */
export interface ProcessFigures {
  readonly residentBytes: number
  /** The most it ever had. */
  readonly peakResidentBytes: number
  /** Of all its threads, user and system. */
  readonly cpuSeconds: number
}

export async function processFigures(pid: number): Promise<ProcessFigures> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name, in parentheses, may hold anything; fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])
  return {
    residentBytes: kibibytes(status, 'VmRSS') * 1024,
    peakResidentBytes: kibibytes(status, 'VmHWM') * 1024,
    cpuSeconds: ticks / TICKS_PER_SECOND,
  }
}

const USER_TICKS = 11
const SYSTEM_TICKS = 12
/** The same on every Linux that we have met; `getconf CLK_TCK` says it. */
const TICKS_PER_SECOND = 100

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN)
}
