import { HIGH_WATERMARK_HEADER, LOG_START_OFFSET_HEADER } from '@millrace/http-api/fetch'
import { NDJSON_TYPE } from '@millrace/http-api/records'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import type { FastifyReply } from 'fastify'
import { AnswerStream } from './answer-stream.ts'
import { ByteBuilder } from './byte-builder.ts'
import type { Edge } from './edge.ts'
import { formatPosition } from './position.ts'
import { writeRecord } from './record-json-writer.ts'
import { type RecordSink, streamRecords } from './stream-records.ts'
import type { StreamPlan } from './stream-plan.ts'
import { streamProblem } from './stream-problem.ts'

/**
 * A record a line. What goes wrong after the first byte is the last line, `{"problem":...}`, and the connection is cut
 * there: a whole answer ends as HTTP says.
 */
export async function answerNdjson(
  edge: Edge,
  reply: FastifyReply,
  plan: StreamPlan,
): Promise<void> {
  const stream = AnswerStream.open(reply, ndjsonHeaders(plan), edge.config.nextBytesTimeoutMs)
  const lines = new Lines(stream, plan)
  const signal = edge.waits.signal(reply.request.raw)
  try {
    await streamRecords(edge.broker, plan, lines, signal)
    if (signal.aborted) throw new LogError('STOPPING', 'The stream ends before its end.')
    stream.end()
  } catch (error) {
    const problem = streamProblem(edge, error, formatPosition(lines.position))
    await lines.flush()
    await stream.cut(`${JSON.stringify({ problem })}\n`)
  }
}

/** Of one partition its offsets; of several, positions. */
export function ndjsonHeaders({ bounds }: Pick<StreamPlan, 'bounds'>): Record<string, string> {
  const [only] = bounds
  const isOne = bounds.length === 1 && only !== undefined
  const start = formatPosition(bounds.map((one) => [one.partition, one.logStartOffset]))
  const end = formatPosition(bounds.map((one) => [one.partition, one.highWatermark]))
  return {
    'Content-Type': NDJSON_TYPE,
    [LOG_START_OFFSET_HEADER]: isOne ? `${only.logStartOffset}` : start,
    [HIGH_WATERMARK_HEADER]: isOne ? `${only.highWatermark}` : end,
  }
}

class Lines implements RecordSink {
  readonly position = new Map<number, Offset>()
  readonly #stream: AnswerStream
  readonly #plan: StreamPlan
  readonly #builder = new ByteBuilder()

  constructor(stream: AnswerStream, plan: StreamPlan) {
    this.#stream = stream
    this.#plan = plan
  }

  get isFull(): boolean {
    return this.#builder.length >= WRITE_BYTES
  }

  put(partition: number, record: LogRecord): void {
    writeRecord(this.#builder, partition, record, this.#plan.view)
    this.#builder.writeText('\n')
  }

  async flush(): Promise<void> {
    if (this.#builder.length > 0) await this.#stream.write(this.#builder.take())
  }
}

export const WRITE_BYTES = 64 * 1024
