import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient } from '@millrace/client'
import { Crew, type WorkerLife } from './crew.ts'
import { machineMs } from './event.ts'
import type { Delivery } from './history.ts'
import type { Plan } from './plan.ts'
import type { SshLine } from './ssh-log.ts'
import { judge, type Verdict } from './verdict.ts'
import { LINE_HEADER } from './worker-process.ts'

export type Ordering = 'key' | 'none'

/** The log, handled once by the workers of a group. */
export interface Trial {
  readonly ordering: Ordering
  /** The first handler began, and the last ended. */
  readonly startedMs: number
  readonly endedMs: number
  readonly deliveries: readonly Delivery[]
  readonly lives: readonly WorkerLife[]
  readonly verdict: Verdict
}

/** Each line a record, keyed by its session. */
export async function produceLines(
  url: string,
  lines: readonly SshLine[],
  { partitions }: Plan,
): Promise<void> {
  const client = createClient(url)
  await client.topics.create(TOPIC, { partitions })
  await using producer = client.producer(TOPIC)
  const sent = lines.map(({ number, session, text }) => {
    return producer.send({ key: session, value: text, headers: { [LINE_HEADER]: String(number) } })
  })
  await Promise.all(sent)
}

/** From the first line, by a group of its own. */
export async function tryOrdering(
  url: string,
  lines: readonly SshLine[],
  plan: Plan,
  ordering: Ordering,
): Promise<Trial> {
  const client = createClient(url)
  const group = `handlers-by-${ordering}`
  await client.shareGroups.put(group, {
    topics: [TOPIC],
    ordering,
    acquisitionLockMs: plan.lockMs,
    retryDelaysMs: [plan.retryDelayMs],
    // Nothing is given up on: that would settle it unhandled.
    maxDeliveryCount: 100,
  })
  const crew = new Crew(url, group, plan)
  try {
    await Promise.race([untilSettled(client, group), crew.failure])
    await crew.stop()
  } finally {
    crew.kill()
  }
  const deliveries = crew.history.deliveries()
  const times = deliveries.flatMap(({ beganMs, endedMs }) => [beganMs, endedMs ?? beganMs])
  return {
    ordering,
    startedMs: Math.min(...times),
    endedMs: Math.max(...times),
    deliveries,
    lives: crew.lives,
    verdict: judge(lines, deliveries),
  }
}

async function untilSettled(client: Client, group: string): Promise<void> {
  const deadlineMs = machineMs() + MINUTES_MAX * 60_000
  while (machineMs() < deadlineMs) {
    const { partitions } = await client.shareGroups.describe(group)
    if (partitions.every(({ unsettled }) => unsettled === 0)) return
    await delay(LOOK_AGAIN_MS)
  }
  throw new Error('It does not come to an end.')
}

const TOPIC = 'sshd'
const MINUTES_MAX = 5
const LOOK_AGAIN_MS = 50
