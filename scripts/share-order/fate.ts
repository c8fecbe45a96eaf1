import { seededRandom } from '@millrace/testing/seeded-random'

/** What a delivery comes to, unless its worker is killed. */
export interface Fate {
  readonly kind: 'handled' | 'fails' | 'stalls'
  /** How long the handler is at it, before it fails or stalls, too. */
  readonly workMs: number
}

/** The same for the same seed, whoever gets the line: two runs differ by their ordering only. */
export function drawFate(seed: number, line: number, deliveryCount: number): Fate {
  const random = seededRandom(Math.imul(seed, PRIMES[0]) ^ Math.imul(line, PRIMES[1]))
  for (let skipped = 1; skipped < deliveryCount; skipped++) random.below(2)
  // Of seeds that are alike the first numbers are alike, too.
  const own = seededRandom(random.below(2 ** 32))
  const drawn = own.below(100)
  const kind = drawn < STALLS ? 'stalls' : drawn < STALLS + FAILS ? 'fails' : 'handled'
  return { kind, workMs: WORK_MIN_MS + own.below(WORK_MAX_MS - WORK_MIN_MS) }
}

/** Of a hundred deliveries. Together: a tenth. */
const STALLS = 3
const FAILS = 7
const WORK_MIN_MS = 20
const WORK_MAX_MS = 100
const PRIMES = [0x9e3779b1, 0x85ebca6b] as const
