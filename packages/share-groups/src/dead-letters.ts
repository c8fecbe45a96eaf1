import assert from 'node:assert/strict'
import type { Log } from '@millrace/log/log'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { LogError } from '@millrace/model/log-error'
import { OFFSET_MAX } from '@millrace/model/offset'
import { partitionOfKey } from '@millrace/model/partitioner'
import type { RecordContent } from '@millrace/model/record'
import type { Change, ChangeOutcome } from '@millrace/storage/change'
import { toLetter } from './dead-letter.ts'
import type { LaneKey } from './lane-key.ts'
import type { GroupPartition, GroupPartitions } from './group-partitions.ts'
import { readStored } from './read-shared.ts'
import type { ShareFact } from './share-fact.ts'
import type { ShareParts, ShareTopic } from './share-parts.ts'
import { encodeFacts } from './share-record.ts'
import type { ShareGroup } from './share-settings.ts'

export interface DeadLetterWork {
  readonly parts: ShareParts
  readonly name: string
  readonly group: ShareGroup
  readonly partitions: GroupPartitions
  readonly nowMs: number
}

/**
 * Copies records of one partition that were given up on to the dead-letter topic, and settles them here, by one append:
 * after a crash at any moment there is a copy of each that is settled, and of no other. False: there are none left.
 */
export async function copyExhausted(work: DeadLetterWork, from: GroupPartition): Promise<boolean> {
  const offsets = from.share.takeExhausted(AT_ONCE)
  if (offsets.length === 0) return false
  try {
    const target = targetOf(work)
    const letters = await lettersOf(work, from, target, offsets)
    // Those that could not be read any more have settled themselves.
    if (letters.length > 0) await append(work, from, target, letters)
    from.share.keepExhausted(offsets)
    return true
  } catch (error) {
    from.share.keepExhausted(offsets)
    throw error
  }
}

interface LetterToWrite {
  readonly offset: number
  readonly lane: LaneKey | null
  readonly parks: boolean
  readonly record: RecordContent
  readonly log: Log
}

function targetOf({ parts, name, group }: DeadLetterWork): ShareTopic {
  const target = group.settings.deadLetter?.topic ?? ''
  const topic = parts.topics.find(target)
  if (topic !== undefined) return topic
  throw new LogError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `Share group ${name} has given up on records, and its dead-letter topic ${target} does not exist. Until it does, ` +
      'or the group has another, they are kept where they are, and hold up their keys.',
    { topic: target },
  )
}

async function lettersOf(
  work: DeadLetterWork,
  from: GroupPartition,
  target: ShareTopic,
  offsets: readonly number[],
): Promise<readonly LetterToWrite[]> {
  const { parts, name, group, nowMs } = work
  const letters: LetterToWrite[] = []
  let bytes = 0
  const topic = parts.topics.findById(from.topicId)?.name ?? ''
  for (const offset of offsets) {
    const record = await readStored(parts, from, offset)
    if (record === undefined) continue
    const lane = from.share.laneOf(offset)
    const hasFailed = from.share.hasFailedForGood(offset)
    const failures = from.share.ledger.failures.get(offset) ?? []
    const reason = hasFailed ? (failures.at(-1)?.reason ?? UNTOLD) : PARKED
    const isCopy = from.share.ledger.redriven.has(offset)
    const givenUp = { group: name, topic, partition: from.partition, offset, record, isCopy }
    const letter = toLetter({ ...givenUp, failures, reason }, nowMs)
    bytes += sizeOf(letter)
    if (letters.length > 0 && bytes > parts.config.appendBytesMax / 4) break
    const parks = lane !== null && hasFailed && group.settings.deadLetter?.policy === 'park-key'
    const log = logFor(target, letter, from.partition)
    letters.push({ offset, lane, parks, record: letter, log })
  }
  return letters
}

async function append(
  { parts, partitions }: DeadLetterWork,
  from: GroupPartition,
  target: ShareTopic,
  letters: readonly LetterToWrite[],
): Promise<void> {
  const logs = target.logs.filter((log) => letters.some((letter) => letter.log === log))
  const changes = logs.map((log): Change => {
    const records = letters.filter((letter) => letter.log === log).map(({ record }) => record)
    return { kind: 'batches', log: log.id, bytes: encodeBatch({ records }) }
  })
  const longest = partitions.factsRecord(
    from.log.id,
    factsOf(letters, () => OFFSET_MAX),
  )
  const maxBytes = (longest.key?.length ?? 0) + (longest.value?.length ?? 0)
  let facts: readonly ShareFact[] = []
  await parts.store.appendDerived(changes, maxBytes, (outcomes) => {
    facts = factsOf(letters, positionsIn(logs, outcomes))
    return { ...longest, value: encodeFacts(facts) }
  })
  from.share.deadLettered(facts)
  for (const fact of facts) {
    if (fact.kind === 'parked') partitions.parkEverywhere(from, fact.lane)
  }
}

/** Where the letters of a log went, one after the other. */
function positionsIn(
  logs: readonly Log[],
  outcomes: readonly ChangeOutcome[],
): (log: Log) => number {
  const next = new Map(logs.map((log, index) => [log, outcomes[index]?.baseOffset]))
  return (log) => {
    const offset = next.get(log)
    assert(offset !== undefined)
    next.set(log, (offset + 1) as typeof offset)
    return offset
  }
}

function factsOf(
  letters: readonly LetterToWrite[],
  positionIn: (log: Log) => number,
): readonly ShareFact[] {
  return letters.flatMap(({ offset, lane, parks, log }): readonly ShareFact[] => {
    const letter = { log: log.id, offset: positionIn(log), lane }
    const fact = { kind: 'dead-lettered', offset, letter } as const
    return parks && lane !== null ? [fact, { kind: 'parked', lane }] : [fact]
  })
}

/** The copies of a key stay in order; those of records without one go where they came from. */
function logFor({ logs }: ShareTopic, { key }: RecordContent, partition: number): Log {
  const at = key === null ? partition % logs.length : partitionOfKey(key, logs.length)
  const log = logs[at]
  assert(log !== undefined)
  return log
}

function sizeOf({ key, value, headers }: RecordContent): number {
  const sizes = headers.map((header) => header.name.length + (header.value?.length ?? 0))
  return sizes.reduce((sum, size) => sum + size, (key?.length ?? 0) + (value?.length ?? 0))
}

const PARKED = 'An earlier record of its key was given up on.'
const UNTOLD = 'It was rejected.'
const AT_ONCE = 500
