/**
 * Server-Sent Events: each record is an event whose id is the position after it, which a browser sends back as
 * `Last-Event-ID` when it connects again. A quiet stream sends its position without data every so often: that
 * keeps the connection, and moves the reader past what a filter dropped.
 */
import { EVENT_STREAM_TYPE } from '@millrace/http-api/records'
import type { Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import type { FastifyReply } from 'fastify'
import { AnswerStream } from './answer-stream.ts'
import { ByteBuilder } from './byte-builder.ts'
import type { Edge } from './edge.ts'
import type { Heartbeat, Heartbeats } from './heartbeats.ts'
import { WRITE_BYTES } from './ndjson-answer.ts'
import { formatPosition } from './position.ts'
import { writeRecord } from './record-json-writer.ts'
import type { StreamPlan } from './stream-plan.ts'
import { streamProblem } from './stream-problem.ts'
import { type RecordSink, streamRecords } from './stream-records.ts'

export async function answerEvents(
  edge: Edge,
  reply: FastifyReply,
  plan: StreamPlan,
): Promise<void> {
  const { config, broker, heartbeats, waits } = edge
  const stream = AnswerStream.open(reply, EVENT_STREAM_HEADERS, config.nextBytesTimeoutMs)
  using events = new Events(stream, plan, heartbeats)
  try {
    await streamRecords(broker, plan, events, waits.signal(reply.request.raw))
  } catch (error) {
    const problem = streamProblem(edge, error, formatPosition(events.position))
    await events.flush()
    await stream.write(`event: problem\ndata: ${JSON.stringify(problem)}\n\n`)
  }
  stream.end()
}

export const EVENT_STREAM_HEADERS = {
  'Content-Type': EVENT_STREAM_TYPE,
  // A proxy that gathers an answer before it passes it on would never pass on this one.
  'X-Accel-Buffering': 'no',
}

class Events implements RecordSink {
  readonly position = new Map<number, Offset>()
  readonly #stream: AnswerStream
  readonly #plan: StreamPlan
  readonly #builder = new ByteBuilder()
  readonly #heartbeat: Heartbeat

  constructor(stream: AnswerStream, plan: StreamPlan, heartbeats: Heartbeats) {
    this.#stream = stream
    this.#plan = plan
    this.#heartbeat = heartbeats.start(() => this.#beat())
  }

  get isFull(): boolean {
    return this.#builder.length >= WRITE_BYTES
  }

  put(partition: number, record: LogRecord): void {
    this.#builder.writeText(`id: ${formatPosition(this.position)}\ndata: `)
    writeRecord(this.#builder, partition, record, this.#plan.view)
    this.#builder.writeText('\n\n')
  }

  async flush(): Promise<void> {
    if (this.#builder.length === 0) return
    this.#heartbeat.written()
    await this.#stream.write(this.#builder.take())
  }

  [Symbol.dispose](): void {
    this.#heartbeat[Symbol.dispose]()
  }

  /** While something is in the builder, the position is ahead of what the reader has. */
  #beat(): void {
    if (this.#builder.length > 0 || this.#stream.isBlocked || this.#stream.isGone) return
    void this.#stream.write(`id: ${formatPosition(this.position)}\n\n`)
  }
}
