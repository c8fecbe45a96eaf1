import assert from 'node:assert/strict'
import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { Disk } from '@millrace/disk/disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { LogError } from '@millrace/model/log-error'
import { parseStorageConfig } from '@millrace/storage/config'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import {
  type DiskCall,
  type DiskOperation,
  FaultyDisk,
  type Fault,
} from '@millrace/testing/faulty-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { lookAtAll } from '../broker-lives/look-at-all.ts'
import { withRealIndex } from '../broker-lives/split-disk.ts'
import { hasCode } from '../embedded/answer.ts'
import { NotedBroker } from '../embedded/noted-broker.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import type { Plan } from './plan.ts'
import { stepsOf, WorkloadMemory } from './workload.ts'

/** What came of a plan. */
export interface Tried {
  readonly memory: WorkloadMemory
  /** Of each operation. */
  readonly calls: ReadonlyMap<DiskOperation, number>
}

/**
 * Two lives of the workload on a disk that fails as planned, then one on a disk that is well. Throws when
 * something never ends, an answer or a state is not clear, or what was acknowledged is not there. Without a
 * plan, nothing fails.
 */
export async function tryPlan(plan: Plan | undefined, directory: string): Promise<Tried> {
  const disk = new CrashingDisk({ seed: 1, directory })
  const failing = new FailingDisk(disk, plan)
  const memory = new WorkloadMemory()
  const clock = new ManualClock()
  const parts: LifeParts = { directory, clock, memory, code: codeOf(plan) }
  await live(failing.disk, parts)
  memory.notes.restart()
  await live(failing.disk, parts)
  memory.notes.restart()
  const found = plan?.end === 'power cut' ? disk.afterPowerCut() : disk.kill()
  await liveWell(found, parts)
  memory.notes.expectSound()
  return { memory, calls: failing.calls }
}

interface LifeParts {
  readonly directory: string
  readonly clock: ManualClock
  readonly memory: WorkloadMemory
  /** Of the error that the disk gives. */
  readonly code: string | undefined
}

/** Each step may fail, clearly; the store says what state it is in, and ends when it is told to. */
async function live(disk: Disk, parts: LifeParts): Promise<void> {
  const { clock, code, memory } = parts
  const broker = await attempt(parts, () => open(disk, parts))
  if (broker === undefined) return
  await attempt(parts, () => memory.topics.check(broker))
  for (const step of stepsOf(broker, clock, memory)) await attempt(parts, step)
  const { state, reason } = broker.status()
  assert(state === 'ready' || state === 'read-only', `its state is ${state}`)
  if (code === undefined) assert.equal(state, 'ready')
  else if (state === 'read-only') assert(reason !== undefined, 'it does not say why')
  await attempt(parts, () => broker.close())
}

/** After a restart on a disk that is well everything is there, and all goes on. */
async function liveWell(disk: Disk, parts: LifeParts): Promise<void> {
  const { clock, memory } = parts
  const broker = await whileTimePasses(clock, open(disk, parts))
  const told = new NotedBroker(broker, memory.notes)
  await whileTimePasses(clock, lookAtAll(told, memory.topics, ['g']))
  for (const step of stepsOf(broker, clock, memory)) await whileTimePasses(clock, step())
  await whileTimePasses(clock, lookAtAll(told, memory.topics, ['g']))
  assert.equal(broker.status().state, 'ready')
  await whileTimePasses(clock, broker.close())
}

function open(disk: Disk, { clock, directory }: LifeParts): Promise<EmbeddedBroker> {
  return EmbeddedBroker.open(withRealIndex(disk, directory), directory, clock, SMALL)
}

/** A clear failure is one of ours that blames no bug and no damage, or the disk's own. */
async function attempt<T>(
  { clock, code }: LifeParts,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await whileTimePasses(clock, step())
  } catch (error) {
    const isClear =
      error instanceof LogError ? !UNCLEAR.includes(error.code) : hasCode(error, code ?? '')
    if (code === undefined || !isClear) throw error
    return undefined
  }
}

const UNCLEAR = ['INTERNAL_ERROR', 'DATA_DIRECTORY_DAMAGED', 'CORRUPT_SEGMENT', 'CORRUPT_BATCH']

/** Counts the calls, and fails those that the plan names. */
class FailingDisk {
  readonly disk: FaultyDisk
  readonly calls = new Map<DiskOperation, number>()
  readonly #plan: Plan | undefined
  readonly #below: CrashingDisk

  constructor(below: CrashingDisk, plan: Plan | undefined) {
    this.#below = below
    this.#plan = plan
    this.disk = new FaultyDisk(below, (call) => this.#decide(call))
  }

  #decide({ operation, path }: DiskCall): Fault | undefined {
    const number = (this.calls.get(operation) ?? 0) + 1
    this.calls.set(operation, number)
    const plan = this.#plan
    if (plan?.operation !== operation || number < plan.number) return undefined
    if (plan.lasts === 'once' && number > plan.number) return undefined
    // A sync that fails loses pages, so that the next one succeeds and the disk has not got them.
    const isLossy = operation === 'sync' && plan.fault.kind === 'error' && plan.fault.code === 'EIO'
    if (!isLossy) return plan.fault
    this.#below.failSyncOf((failing) => failing === path)
    return undefined
  }
}

function codeOf(plan: Plan | undefined): string | undefined {
  if (plan === undefined) return undefined
  return plan.fault.kind === 'error' ? plan.fault.code : 'ENOSPC'
}

/** Everything small, so that few appends make segments roll and slots turn. */
const SMALL = {
  broker: {
    ...parseBrokerConfig({}),
    topicDefaults: { ...LOG_CONFIG_DEFAULTS, segmentBytes: 3_000, indexIntervalBytes: 200 },
  },
  storage: parseStorageConfig({
    journalSlotBytes: 64 * 1024,
    journalSlotsMax: 3,
    reserveBytes: 64 * 1024,
    minFreeBytes: 0,
  }),
}
