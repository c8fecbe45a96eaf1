import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expectSoundHistory } from '@millrace/testing/history-checker'
import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import type { Counts } from '../attack.ts'
import type { LifePlan } from './life-plan.ts'
import { Load } from './load.ts'
import { CLI, environment, ServedStore, type ServedStoreOptions } from './served-store.ts'
import { Witness } from './witness.ts'

export interface Surroundings {
  /** Where the data directory is made. */
  readonly directory: string
  /** Where servers keep their sources compiled, from case to case. */
  readonly compileCache: string
  /** In later ones no sync reaches the disk. */
  readonly syncedLives: number
  readonly drawPlan: (random: SeededRandom) => LifePlan
  /** When the process is gone, and before the next. */
  readonly afterKill: () => Promise<void>
}

/**
 * Some lives of one server under load, each ended by a kill, and a last one in which everything is read back. Throws
 * what is wrong with what its clients were told.
 */
export async function liveThroughKills(
  seed: number,
  lives: number,
  surroundings: Surroundings,
): Promise<Counts> {
  const random = seededRandom(seed)
  const plans = Array.from({ length: lives }, () => surroundings.drawPlan(random))
  const witness = new Witness()
  const load = new Load(random, witness)
  const ends: LifeEnd[] = []
  await mkdir(surroundings.directory, { recursive: true })
  for (const [life, plan] of plans.entries()) {
    const isSyncing = life < surroundings.syncedLives
    ends.push(await live({ ...surroundings, killAt: plan.killAt, isSyncing }, plan, load))
    witness.noteRestart()
    await surroundings.afterKill()
  }
  // Before it has once listened there may be nothing to verify.
  if (ends.some(({ hasListened }) => hasListened)) await verify(surroundings)
  await lookAtAll(load, surroundings)
  await verify(surroundings)
  expectSoundHistory(witness.operations)
  return { 'acknowledged records': witness.acknowledgedRecords, ...killsOf(ends) }
}

interface LifeEnd {
  readonly hasListened: boolean
  /** Else a stop was quicker. */
  readonly wasKilled: boolean
  /** The name of its point, when it got there. */
  readonly killedAt: string | undefined
}

function killsOf(ends: readonly LifeEnd[]): Counts {
  const killed = ends.filter(({ wasKilled }) => wasKilled)
  const early = killed.filter(({ hasListened }) => !hasListened)
  const counts: Record<string, number> = {
    kills: killed.length,
    'of them before it listened': early.length,
  }
  for (const { killedAt = 'at a random moment' } of killed) {
    counts[killedAt] = (counts[killedAt] ?? 0) + 1
  }
  return counts
}

async function live(options: ServedStoreOptions, plan: LifePlan, load: Load): Promise<LifeEnd> {
  await using store = ServedStore.start(options)
  const port = await beforeDeadline(store.listening)
  let isByItself = true
  if (port !== undefined) {
    let turns = 0
    const noteTurn = () => {
      if (++turns !== plan.turns) return
      isByItself = false
      void end(store, plan)
    }
    const isOver = () => store.hasEnded
    await beforeDeadline(Promise.all([load.run(port, isOver, noteTurn), store.ended]))
  }
  await beforeDeadline(store.ended)
  const killedAt = isByItself ? options.killAt?.point.name : undefined
  return { hasListened: port !== undefined, wasKilled: store.wasKilled, killedAt }
}

async function end(store: ServedStore, { stoppingMs }: LifePlan): Promise<void> {
  if (stoppingMs !== undefined) {
    store.end('SIGTERM')
    await delay(stoppingMs)
  }
  store.end('SIGKILL')
}

async function lookAtAll(load: Load, surroundings: Surroundings): Promise<void> {
  await using store = ServedStore.start({ ...surroundings, isSyncing: true })
  const port = await beforeDeadline(store.listening)
  if (port === undefined) {
    await store.ended
    throw new Error('The server ended before it listened, and nobody had killed it.')
  }
  await load.lookAtAll(port)
  store.end('SIGTERM')
  await beforeDeadline(store.ended)
}

/** `millrace log verify`, without a server. */
async function verify({ compileCache, directory }: Surroundings): Promise<void> {
  const line = [CLI, 'log', 'verify', join(directory, 'data')]
  try {
    await promisify(execFile)(process.execPath, line, { env: environment(compileCache) })
  } catch (cause) {
    const said = cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : ''
    throw new Error(`log verify did not find the store sound:\n${said}`, { cause })
  }
}

async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  const over = new AbortController()
  const late = delay(DEADLINE_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`The server has hung for ${DEADLINE_MS} ms.`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    over.abort()
    late.catch(() => undefined)
  }
}

/** On a busy machine too nothing takes so long. */
const DEADLINE_MS = 60_000
