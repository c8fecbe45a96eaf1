import assert from 'node:assert/strict'
import type {
  ProducedRanges,
  ProducedRecords,
  ProduceOptions,
  RecordToProduce,
} from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { advance, FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import { checkProducedBatch } from '@millrace/model/produced-batch'
import { readBatchHeader } from '@millrace/model/record-batch'
import type { AppendBatches, ChangeOutcome } from '@millrace/storage/change'
import { identityOf } from './idempotency.ts'
import type { BrokerParts } from './parts.ts'
import { DECOMPRESSED_BYTES_MAX, fitBatches, type FittedBatches } from './fit-batches.ts'
import { fitRecords } from './fit-records.ts'
import { letterCounts, type Letters, type ProducedAnswer, recordsOf } from './produced-answer.ts'
import { type RoutedRecords, routeRecords, timestampError } from './route-records.ts'
import { deletedMeanwhile, logOf, type Topic } from './topic.ts'
import { expectNameForUsers } from './topic-name.ts'
import { createTopic } from './topics.ts'

/** Routes the records, and appends all of them or none. Durable when it resolves. */
export async function produceRecords(
  parts: BrokerParts,
  topicName: string,
  records: readonly RecordToProduce[],
  options: ProduceOptions,
): Promise<ProducedRecords> {
  // Without a turn of the loop in between, so that requests are appended in the order they came.
  const topic = parts.topics.findWritable(topicName) ?? (await topicToWrite(parts, topicName))
  if (records.length === 0) return { records: [], duplicate: false }
  if (options.expectedLogEndOffset !== undefined) expectOnePartition(records)
  const { answer, duplicate } = await appendOnce(parts, topic, options, () => {
    // As it is now, when they are appended: it may have grown while an earlier request of the same key was waited for.
    const current = parts.topics.findById(topic.id) ?? topic
    const fitted = fitRecords(parts, current, records, { ...options, isStrict: isStrict(options) })
    const { elsewhere, reasons } = fitted
    const routed = routeRecords(current, fitted.records, elsewhere, parts.clock.nowMs())
    const { routes } = routed
    return { ...planOf(current, routed), recordCount: records.length, routes, reasons }
  })
  return { ...recordsOf(answer), duplicate }
}

/** Appends batches that a client made, as they are, all of them or none. Durable when it resolves. */
export async function produceBatches(
  parts: BrokerParts,
  topicName: string,
  partition: number,
  bytes: Uint8Array,
  options: ProduceOptions,
): Promise<ProducedRanges> {
  // Without a turn of the loop in between, so that requests are appended in the order they came.
  const topic = parts.topics.findWritable(topicName) ?? (await topicToWrite(parts, topicName))
  logOf(topic, partition)
  const { answer, duplicate } = await appendOnce(parts, topic, options, () => {
    const nowMs = parts.clock.nowMs()
    const recordCount = checkBatches(topic, bytes, nowMs)
    const fitted = fitBatches(parts, topic, bytes, { isStrict: isStrict(options) })
    const routed = planOf(topic, routeLetters(topic, fitted, nowMs))
    // A producer's repeat of a batch that was appended: its letters were, too.
    const besides = routed.batches.map((batch) => ({ ...batch, repeatsWith: 0 }))
    const { bytes: kept, refusal } = fitted
    const batches = [{ topic, partition, bytes: kept, refusal }, ...besides]
    return { topic, batches, recordCount, routes: undefined, reasons: [] }
  })
  const { letters } = answer
  const ranges = answer.ranges.filter((_, place) => letters?.topics.has(place) !== true)
  if (letters === undefined) return { ranges, duplicate }
  return { ranges, deadLetters: letterCounts(answer, letters), duplicate }
}

/** Whose end is expected gets all of them: a letter instead would not be what was asked for. */
function isStrict({ expectedLogEndOffset }: ProduceOptions): boolean {
  return expectedLogEndOffset !== undefined
}

/** What is wrong with one of them is not at its place in the request. */
function routeLetters(topic: Topic, { letters, targets }: FittedBatches, nowMs: number) {
  try {
    return routeRecords(topic, letters, targets, nowMs)
  } catch (error) {
    throw withoutIndex(error)
  }
}

/** What one request appends. */
interface ProducePlan {
  readonly topic: Topic
  /** One batch, or several of one partition, each; those of a partition stand together. */
  readonly batches: readonly PlannedBatches[]
  readonly recordCount: number
  readonly routes: Uint16Array | undefined
  /** Of records that go to another topic, in their order. */
  readonly reasons: readonly string[]
}

interface PlannedBatches {
  readonly topic: Topic
  readonly partition: number
  readonly bytes: Uint8Array
  readonly repeatsWith?: number
  readonly refusal?: LogError | undefined
}

function planOf(
  topic: Topic,
  { partitions }: RoutedRecords,
): Pick<ProducePlan, 'topic' | 'batches'> {
  const batches = partitions.flatMap(({ topic: target, partition, batches: encoded }) =>
    encoded.map((bytes) => ({ topic: target, partition, bytes })),
  )
  return { topic, batches }
}

interface Produced {
  readonly answer: ProducedAnswer
  readonly duplicate: boolean
}

/** INVALID_TOPIC, UNKNOWN_TOPIC_OR_PARTITION, unless it may be made. */
async function topicToWrite(parts: BrokerParts, name: string): Promise<Topic> {
  expectNameForUsers(name)
  if (parts.config.autoCreateTopics) await createTopic(parts, name, {})
  return parts.topics.get(name)
}

/** A request with an idempotency key has its answer appended with it, and is answered from there again. */
async function appendOnce(
  parts: BrokerParts,
  topic: Topic,
  options: ProduceOptions,
  makePlan: () => ProducePlan,
): Promise<Produced> {
  const { idempotency, expectedLogEndOffset } = options
  if (idempotency === undefined) {
    const plan = makePlan()
    const outcomes = await append(parts, plan, changesOf(plan, expectedLogEndOffset))
    return { answer: answerFrom(plan, outcomes), duplicate: areRepeats(outcomes) }
  }
  const identity = identityOf(topic.id, idempotency)
  return parts.idempotency.once(identity, async () => {
    const plan = makePlan()
    const remembering = parts.idempotency.recordOf(identity, {
      ranges: plan.batches.length,
      routes: plan.routes?.length ?? 0,
      letters: lettersOf(plan),
      from: (outcomes) => answerFrom(plan, outcomes),
    })
    const changes = [...changesOf(plan, expectedLogEndOffset), remembering]
    const outcomes = await append(parts, plan, changes)
    const at = outcomes.at(-1)?.baseOffset
    assert(at !== undefined)
    return { answer: answerFrom(plan, outcomes), duplicate: areRepeats(outcomes.slice(0, -1)), at }
  })
}

function areRepeats(outcomes: readonly ChangeOutcome[]): boolean {
  return outcomes.every(({ duplicate }) => duplicate)
}

function changesOf(
  { batches }: ProducePlan,
  expectedLogEndOffset: ProduceOptions['expectedLogEndOffset'],
): readonly AppendBatches[] {
  return batches.map(({ topic, partition, bytes, repeatsWith, refusal }, index) => {
    const log = logOf(topic, partition).id
    const besides = {
      ...(repeatsWith !== undefined && { repeatsWith }),
      ...(refusal !== undefined && { refusal }),
    }
    const change = { kind: 'batches', log, bytes, ...besides } as const
    const isExpecting = expectedLogEndOffset !== undefined && index === 0
    return isExpecting ? { ...change, expectedLogEndOffset } : change
  })
}

async function append(
  { storage, budget, counts, room }: BrokerParts,
  plan: ProducePlan,
  changes: Parameters<typeof storage.append>[0],
): Promise<readonly ChangeOutcome[]> {
  const bytes = plan.batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
  try {
    const outcomes = await budget.hold(bytes, () => storage.append(changes))
    counts.produced(plan.recordCount, bytes)
    room.noteSuccess()
    return outcomes
  } catch (error) {
    room.noteFailure(error)
    if (error instanceof LogError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION') {
      const gone = plan.batches[error.fields.index ?? 0]?.topic
      throw deletedMeanwhile(gone ?? plan.topic)
    }
    if (plan.batches.some(({ refusal }) => refusal === error)) throw error
    // The storage names the change at fault, which is not for those to know who sent records.
    throw withoutIndex(error)
  }
}

function withoutIndex(error: unknown): unknown {
  if (!(error instanceof LogError) || error.fields.index === undefined) return error
  const { index: _index, ...fields } = error.fields
  return new LogError(error.code, error.detail, { ...fields, cause: error })
}

/** Batches of one partition follow each other: together they are one range. */
function answerFrom(plan: ProducePlan, outcomes: readonly ChangeOutcome[]): ProducedAnswer {
  const ranges: {
    -readonly [Field in keyof ProducedAnswer['ranges'][0]]: ProducedAnswer['ranges'][0][Field]
  }[] = []
  for (const [index, batch] of plan.batches.entries()) {
    const outcome = outcomes[index]
    assert(outcome !== undefined)
    const last = isSamePlace(plan.batches[index - 1], batch) ? ranges.at(-1) : undefined
    const isElsewhere = batch.repeatsWith !== undefined && outcome.duplicate
    const { baseOffset, lastOffset } = isElsewhere ? countedAfter(last, batch) : outcome
    if (last === undefined) ranges.push({ partition: batch.partition, baseOffset, lastOffset })
    else last.lastOffset = lastOffset
  }
  return { ranges, routes: plan.routes, letters: lettersOf(plan) }
}

/** Letters that went with the first copy of their batch: how many they are is known, and not where they are. */
function countedAfter(
  last: { readonly lastOffset: Offset } | undefined,
  { bytes }: PlannedBatches,
): { readonly baseOffset: Offset; readonly lastOffset: Offset } {
  const baseOffset = last === undefined ? FIRST_OFFSET : advance(last.lastOffset, 1)
  const header = readBatchHeader(bytes, 0)
  assert(header !== undefined)
  return { baseOffset, lastOffset: advance(baseOffset, header.lastOffsetDelta) }
}

/** Known before they are appended. */
function lettersOf({ topic, batches, reasons }: ProducePlan): Letters | undefined {
  const topics = new Map<number, string>()
  let place = -1
  for (const [index, batch] of batches.entries()) {
    if (!isSamePlace(batches[index - 1], batch)) place++
    if (batch.topic !== topic) topics.set(place, batch.topic.name)
  }
  return topics.size === 0 ? undefined : { topics, reasons }
}

function isSamePlace(before: PlannedBatches | undefined, batch: PlannedBatches): boolean {
  return before?.topic === batch.topic && before.partition === batch.partition
}

/** Answers with how many records there are. What is refused is refused whole. */
function checkBatches(topic: Topic, bytes: Uint8Array, nowMs: number): number {
  const { maxMessageBytes, messageTimestampType, messageTimestampAfterMaxMs } = topic.config
  const latest = nowMs + messageTimestampAfterMaxMs
  const limits = {
    maxBatchBytes: maxMessageBytes,
    maxRecordBytes: maxMessageBytes,
    maxDecompressedBytes: DECOMPRESSED_BYTES_MAX,
  }
  if (bytes.length === 0) throw new LogError('INVALID_RECORD', 'There is no record batch.')
  let recordCount = 0
  for (let at = 0, index = 0; at < bytes.length; index++) {
    try {
      const header = checkProducedBatch(bytes, at, limits)
      const { maxTimestamp } = header
      if (messageTimestampType === 'CreateTime' && maxTimestamp > latest) {
        throw timestampError(maxTimestamp, latest)
      }
      recordCount += header.recordCount
      at += header.sizeInBytes
    } catch (error) {
      throw index === 0 ? error : inBatch(error, index, at)
    }
  }
  return recordCount
}

/** Of several batches, the one at fault is named. */
function inBatch(error: unknown, index: number, at: number): unknown {
  if (!(error instanceof LogError)) return error
  return new LogError(error.code, `Batch ${index}, at byte ${at}: ${error.detail}`, error.fields)
}

function expectOnePartition(records: readonly RecordToProduce[]): void {
  const partition = records[0]?.partition
  if (partition !== undefined && records.every((record) => record.partition === partition)) return
  throw new LogError(
    'INVALID_REQUEST',
    'An expected log end offset needs every record in one explicit partition.',
    { appended: false },
  )
}
