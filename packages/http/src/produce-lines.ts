import { setTimeout as pause } from 'node:timers/promises'
import { IF_LOG_END_OFFSET } from '@millrace/http-api/records'
import type { DeadLetterCount, ProducedRecords, RecordToProduce } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { AppendedRanges } from './appended-ranges.ts'
import type { Edge } from './edge.ts'
import { CHUNK_BYTES, type LineChunk, lineChunks } from './line-chunks.ts'
import { lineOf, readLines } from './ndjson-reader.ts'
import { expectAbsent, expectNoRecordHeaders } from './expect-absent.ts'
import { jsonOptions, type ProduceRequest, readingOf } from './produce-request.ts'
import { placed, type RecordPlace } from './record-place.ts'
import { producedRanges } from './produced-answer.ts'
import { RequestBody } from './request-body.ts'

/**
 * A body of lines, of any length: read no faster than it is appended, chunk by chunk. Where it stops, the
 * problem says what is appended and which line to go on with.
 */
export async function produceLines(edge: Edge, request: ProduceRequest): Promise<string> {
  expectStream(request)
  using _room = edge.bodies.open(STREAM_HOLDS_BYTES)
  using body = new RequestBody(request.raw, edge.cutBodies)
  const signal = edge.waits.signal(request.raw)
  const stop = () => body.fail(stopped())
  signal.addEventListener('abort', stop)
  const next = () => body.next(edge.config.nextBytesTimeoutMs)
  const appender = new ChunkAppender(edge, request, signal)
  try {
    for await (const chunk of lineChunks(next, edge.config.bodyMaxBytes)) {
      await appender.append(chunk)
    }
    await appender.finish()
  } catch (error) {
    throw await appender.failure(error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return producedRanges(appender)
}

/** A chunk that is read, one that is being appended, and what the socket holds. */
const STREAM_HOLDS_BYTES = 3 * CHUNK_BYTES

function expectStream({ query, headers, raw }: ProduceRequest): void {
  expectNoRecordHeaders(raw)
  expectAbsent(
    query,
    ['key', 'keyBase64', 'partition'],
    'is not for records in JSON, which say it themselves.',
  )
  if (headers[IF_LOG_END_OFFSET] === undefined) return
  throw new LogError(
    'INVALID_REQUEST',
    'If-Log-End-Offset is for one append, and lines are several; send JSON instead.',
    { appended: false },
  )
}

function stopped(): LogError {
  return new LogError('STOPPING', 'The rest was not read.')
}

/** One append at a time; while it syncs, the next chunk is read. */
class ChunkAppender {
  readonly #edge: Edge
  readonly #request: ProduceRequest
  readonly #signal: AbortSignal
  readonly #appended = new AppendedRanges()
  readonly #deadLetters = new Map<string, number>()
  #underWay: Promise<void> = Promise.resolve()
  #chunks = 0
  #duplicates = 0
  #nextLine = 1

  constructor(edge: Edge, request: ProduceRequest, signal: AbortSignal) {
    this.#edge = edge
    this.#request = request
    this.#signal = signal
  }

  get ranges() {
    return this.#appended.ranges
  }

  /** How many records went to each dead-letter topic. */
  get deadLetters(): readonly DeadLetterCount[] {
    return [...this.#deadLetters].map(([topic, records]) => ({ topic, records }))
  }

  get duplicate(): boolean {
    return this.#chunks > 0 && this.#duplicates === this.#chunks
  }

  async append(chunk: LineChunk): Promise<void> {
    const records = readLines(chunk, readingOf(this.#edge, this.#request))
    await this.#underWay
    this.#underWay = this.#appendChunk(chunk, records)
    // Whoever awaits it next hears of its failure; until then it is not unheard of.
    this.#underWay.catch(() => undefined)
  }

  async finish(): Promise<void> {
    await this.#underWay
  }

  /** `cause`, with what was appended before it. An append that failed meanwhile comes first. */
  async failure(cause: unknown): Promise<unknown> {
    const error = await this.#underWay.then(
      () => cause,
      (earlier: unknown) => earlier,
    )
    if (!(error instanceof LogError)) return error
    const { ranges, deadLetters } = this
    const before = ranges.length === 0 && deadLetters.length === 0 ? false : 'partial'
    const goOn = `${error.detail} Go on with line ${this.#nextLine}; those before it are appended.`
    return new LogError(error.code, before === false ? error.detail : goOn, {
      ...error.fields,
      appended: error.fields.appended === 'unknown' ? 'unknown' : before,
      nextLine: this.#nextLine,
      ranges,
      ...(deadLetters.length > 0 && { deadLetters }),
      cause: error,
    })
  }

  async #appendChunk(chunk: LineChunk, records: readonly RecordToProduce[]): Promise<void> {
    this.#appended.expectRoom()
    if (records.length > 0) {
      const produced = await this.#produce(chunk, records)
      this.#appended.add(produced)
      this.#countLetters(produced)
      this.#chunks++
      if (produced.duplicate) this.#duplicates++
    }
    this.#nextLine = chunk.nextLine
  }

  #countLetters({ letters = NO_LETTERS }: ProducedRecords): void {
    for (const { topic } of letters.values()) {
      this.#deadLetters.set(topic, (this.#deadLetters.get(topic) ?? 0) + 1)
    }
  }

  /** Load does not refuse a body that has begun: it is tried again, and until then nothing more is read. */
  async #produce(chunk: LineChunk, records: readonly RecordToProduce[]) {
    const { broker } = this.#edge
    const options = jsonOptions(this.#request, { chunk: this.#chunks, bytes: chunk.bytes })
    for (;;) {
      try {
        return await broker.produceRecords(this.#request.topic, records, options)
      } catch (error) {
        if (!(error instanceof LogError) || error.code !== 'OVERLOADED') {
          throw placed(error, (index) => placeInLines(chunk, index))
        }
        if (this.#signal.aborted) throw stopped()
        const { retryAfterMs = RETRY_MS } = error.fields
        await pause(Math.min(retryAfterMs, RETRY_MS))
      }
    }
  }
}

const NO_LETTERS: NonNullable<ProducedRecords['letters']> = new Map()

function placeInLines(chunk: LineChunk, index: number): RecordPlace {
  const line = lineOf(chunk, index)
  return { words: `Line ${line}`, pointer: '', fields: { line } }
}

/** The longest pause before an append is tried again. */
const RETRY_MS = 500
