/**
 * Which call of the disk fails, and how: one plan a case. Together they are every call of the workload with
 * every error, once and for good, the machine going down with the process afterwards or staying up.
 */
import type { DiskOperation, Fault } from '@millrace/testing/faulty-disk'

export interface Plan {
  readonly operation: FailingOperation
  /** The call of that operation that fails, from 1. */
  readonly number: number
  readonly fault: Fault
  readonly lasts: 'once' | 'for good'
  readonly end: 'power cut' | 'kill'
}

/** The first is that of seed 1. */
export function planOf(seed: number): Plan {
  // Neighbours are far apart, so that any run of seeds has some of each operation.
  let index = (seed * STRIDE) % PLANS
  for (const operation of OPERATIONS) {
    const faults = faultsOf(operation)
    const count = CALLS_MAX[operation] * faults.length * ENDS.length * LASTING.length
    if (index < count) {
      const pick = <T>(choices: readonly T[]): T => {
        const choice = choices[index % choices.length] as T
        index = Math.floor(index / choices.length)
        return choice
      }
      const [fault, lasts, end] = [pick(faults), pick(LASTING), pick(ENDS)]
      return { operation, number: index + 1, fault, lasts, end }
    }
    index -= count
  }
  throw new RangeError(`There is no plan of seed ${seed}.`)
}

const OPERATIONS = [
  'write',
  'sync',
  'syncDirectory',
  'open',
  'rename',
  'unlink',
  'truncate',
] as const
export type FailingOperation = (typeof OPERATIONS)[number] & DiskOperation

/** How many of each the workload makes at most: a test holds it to that. */
export const CALLS_MAX: Readonly<Record<FailingOperation, number>> = {
  write: 240,
  sync: 245,
  syncDirectory: 77,
  open: 200,
  rename: 46,
  unlink: 66,
  truncate: 72,
}

const ERRORS: readonly Fault[] = ['EIO', 'ENOSPC', 'EMFILE'].map((code) => ({
  kind: 'error',
  code,
}))
const SHORT: readonly Fault[] = [0, 1, 5_000].map((bytes) => ({ kind: 'short', bytes }))
const LASTING = ['once', 'for good'] as const
const ENDS = ['power cut', 'kill'] as const

function faultsOf(operation: FailingOperation): readonly Fault[] {
  return operation === 'write' ? [...ERRORS, ...SHORT] : ERRORS
}

export const PLANS = OPERATIONS.reduce((sum, operation) => {
  return sum + CALLS_MAX[operation] * faultsOf(operation).length * ENDS.length * LASTING.length
}, 0)

/** A prime that divides no number of plans. */
const STRIDE = 7_919
