import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { type Client, MillraceError, type TopicConfig } from '@millrace/client'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { splitLines } from '../lines.ts'
import { counted, formatBytes, formatCount } from '../quantity.ts'
import { formatDuration } from '../time.ts'
import { userPath } from '../user-path.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { RECORD_BYTES_MAX, type RecordOfLine, recordOfPlainLine } from './plain-line.ts'
import type { ProduceOptions } from './produce-options.ts'
import { startProgress } from './progress.ts'

export interface Production extends ProduceOptions {
  readonly topic: string
  readonly file: string | undefined
}

/** Sends every line, each once, and says how many are on disk: also when it stops half-way. */
export async function produce(invocation: Invocation, production: Production): Promise<void> {
  const { output, signal } = invocation
  const { topic } = production
  let keyless = 0
  await using input = await openInput(production.file, invocation)
  const startedMs = performance.now()
  const acknowledged = new Acknowledgements(production.fromLine)
  // Before a line is read, and without waiting: is there a server, and such a topic?
  const encoding = await withServer(invocation, { topic }, async (client) => {
    const config = await expectTopic(client, topic, signal)
    return encodingFor(client, topic, config, production)
  })
  const hasKeySchema = encoding?.hasKeys === true
  const plain =
    production.format === 'jsonl'
      ? (await import('./json-line.ts')).recordOfJsonLine(production, hasKeySchema)
      : recordOfPlainLine(production, hasKeySchema, () => (keyless += 1))
  const recordOf: RecordOfLine =
    encoding === undefined
      ? plain
      : (line, lineNumber) => encoding.encode(plain(line, lineNumber), lineNumber)
  await withServer(invocation, { topic, retryForMs: production.retryFor }, async (client) => {
    const progress = await startProgress({
      isWanted: production.progress,
      totalBytes: input.totalBytes,
    })
    try {
      await send(client, production, { input: input.chunks, recordOf, signal }, (line, bytes) => {
        acknowledged.add(line, bytes)
        progress.show(acknowledged)
      })
    } catch (error) {
      progress.stop()
      output.note(howFar(acknowledged, production))
      throw error
    } finally {
      progress.stop()
    }
  })
  for (const note of encoding?.notes() ?? []) output.note(note)
  if (keyless > 0) output.note(`${counted(keyless, 'line')} had no key.`)
  const took = formatDuration(performance.now() - startedMs)
  output.note(
    `${counted(acknowledged.count, 'record')}, ${formatBytes(acknowledged.bytes)}, on disk, in ${took}.`,
  )
}

/** Its settings. A topic that is not there will do where producing makes it. */
async function expectTopic(
  client: Client,
  topic: string,
  signal: AbortSignal,
): Promise<TopicConfig | undefined> {
  try {
    return (await client.topics.describe(topic, { signal })).config
  } catch (error) {
    const isUnknown = error instanceof MillraceError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION'
    if (!isUnknown || !(await client.status({ signal })).autoCreateTopics) throw error
    return undefined
  }
}

/** Only where there are schemas what encodes is loaded. */
async function encodingFor(
  client: Client,
  topic: string,
  config: TopicConfig | undefined,
  { schema, keySchema }: Production,
) {
  const { keySchema: keys = null, valueSchema: values = null } = config ?? {}
  if (keys === null && values === null && schema === undefined && keySchema === undefined) {
    return undefined
  }
  const { LineEncoding } = await import('./line-encoding.ts')
  return LineEncoding.open(client, {
    topic,
    key: { setting: keys, asked: keySchema },
    value: { setting: values, asked: schema },
  })
}

interface Lines {
  readonly input: AsyncIterable<Uint8Array>
  readonly recordOf: RecordOfLine
  readonly signal: AbortSignal
}

async function send(
  client: Client,
  { topic, fromLine, compression, retryFor }: Production,
  { input, recordOf, signal }: Lines,
  onAcknowledged: (line: number, bytes: number) => void,
): Promise<void> {
  const failures: unknown[] = []
  // Leaving the block sends what was read and waits for it, also when it is left by a bad line or an interruption.
  await using producer = client.producer(topic, {
    compression,
    lingerMs: LINGER_MS,
    maxBufferedBytes: BUFFERED_BYTES_MAX,
    deliveryTimeoutMs: retryFor,
  })
  let lineNumber = 0
  for await (const lines of splitLines(input, RECORD_BYTES_MAX)) {
    for (const line of lines) {
      lineNumber += 1
      const sent = lineNumber
      if (sent < fromLine) continue
      await producer.ready({ signal })
      if (failures.length > 0) break
      producer.send(recordOf(line, sent)).then(
        () => onAcknowledged(sent, line.length),
        (error: unknown) => failures.push(error),
      )
    }
    if (failures.length > 0) break
  }
  await producer.flush()
  if (failures.length > 0) throw failures[0]
}

/** Lines come faster than this: batches fill by themselves. */
const LINGER_MS = 5

/** Small records cost several times their bytes while they wait; this keeps every connection busy all the same. */
const BUFFERED_BYTES_MAX = 8 * 1024 * 1024

interface Input extends AsyncDisposable {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Undefined for a pipe. */
  readonly totalBytes: number | undefined
}

async function openInput(file: string | undefined, { output, signal }: Invocation): Promise<Input> {
  if (file !== undefined && file !== '-') {
    const path = userPath(file)
    const { size } = await stat(path)
    return inputFrom(createReadStream(path, { highWaterMark: READ_BYTES }), size, signal)
  }
  if (process.stdin.isTTY) output.note('A record a line. To end: Ctrl-D')
  return inputFrom(process.stdin, undefined, signal)
}

const READ_BYTES = 256 * 1024

function inputFrom(stream: Readable, totalBytes: number | undefined, signal: AbortSignal): Input {
  return {
    chunks: untilAborted(stream, signal),
    totalBytes,
    async [Symbol.asyncDispose]() {
      stream.destroy()
    },
  }
}

/** Rejects with the signal's own reason, also while nothing comes. */
async function* untilAborted(stream: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of addAbortSignal(signal, stream)) yield chunk as Uint8Array
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** What somebody who has to go on needs to know. */
function howFar(acknowledged: Acknowledgements, { fromLine, file }: Production): string {
  const { count, through, beyond } = acknowledged
  if (count === 0) return 'Stopped: no line is on disk.'
  const upTo = through < fromLine ? '' : `, all up to line ${through}`
  const after = beyond === 0 ? '' : `, ${formatCount(beyond)} of them beyond that`
  const again = file === undefined || file === '-' ? 'with the same input and' : 'with'
  return (
    `Stopped: ${counted(count, 'line')} on disk${upTo}${after}. ` +
    `To go on, run it again ${again} --from-line ${through + 1}` +
    (beyond === 0 ? '.' : ` (which sends those ${formatCount(beyond)} again).`)
  )
}
