import { createReadStream } from 'node:fs'
import { schemaIdOf } from '@millrace/avro/wire-format'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { splitLines } from '../lines.ts'
import { userPath } from '../user-path.ts'
import { inferredSchema, ValueShape } from './inferred-schema.ts'
import { pretty } from './show-schema.ts'

export interface InferOptions {
  readonly topic?: string
  readonly maxRecords: number
  readonly name?: string
}

/** Proposes a schema for JSON values: those of a file, a line each, or the values of a topic. */
export async function inferSchema(
  invocation: Invocation,
  file: string | undefined,
  options: InferOptions,
): Promise<void> {
  const { output } = invocation
  if ((file === undefined) === (options.topic === undefined)) {
    throw new CommandFailure(EXIT.usage, {
      message: 'Whose values?',
      next: 'Name a file with a JSON value a line, or a topic: --topic TOPIC',
    })
  }
  const shape = new ValueShape()
  const values = file === undefined ? valuesOfTopic(invocation, options) : linesOf(file)
  let count = 0
  for await (const value of values) {
    count += 1
    shape.add(parsed(value, file === undefined ? `Value ${count}` : `Line ${count}`))
    if (count === options.maxRecords) break
  }
  if (count === 0) {
    throw new CommandFailure(EXIT.failure, {
      message: 'There are no values to infer a schema from.',
      next: 'A JSON value a line, as in {"total":3}',
    })
  }
  const { schema, renamed } = inferredSchema(shape, options.name ?? 'Value')
  const text = JSON.stringify(schema)
  await output.one(schema as object, () => pretty(text))
  for (const [from, to] of renamed) {
    output.note(`Note: ${JSON.stringify(from)} is no name in Avro; here it is ${to}.`)
  }
}

function parsed(value: Uint8Array, place: string): unknown {
  const id = schemaIdOf(value)
  if (id !== undefined) {
    throw new CommandFailure(EXIT.failure, {
      message: `${place} is Avro, of schema id ${id}: what it is need not be inferred.`,
      next: `To see its schema: millrace schema get --id ${id}`,
    })
  }
  try {
    return JSON.parse(Buffer.from(value).toString())
  } catch (cause) {
    throw new CommandFailure(EXIT.failure, {
      message: `${place} is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      next: 'A schema is inferred from JSON values, as in {"total":3}',
      cause,
    })
  }
}

async function* linesOf(file: string): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Buffer> = createReadStream(userPath(file))
  for await (const lines of splitLines(chunks, LINE_BYTES_MAX)) {
    for (const line of lines) {
      if (Buffer.from(line).toString().trim() !== '') yield line
    }
  }
}

async function* valuesOfTopic(
  invocation: Invocation,
  { topic = '', maxRecords }: InferOptions,
): AsyncGenerator<Uint8Array> {
  yield* await withServer(invocation, { topic }, async (client) => {
    const found: Uint8Array[] = []
    await using consumer = client.consumer(topic, { follow: false, signal: invocation.signal })
    for await (const { value } of consumer) {
      if (value !== null) found.push(value)
      if (found.length === maxRecords) break
    }
    return found
  })
}

const LINE_BYTES_MAX = 8 * 1024 * 1024
