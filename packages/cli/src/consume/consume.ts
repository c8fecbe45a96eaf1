import type { Client, ConsumedRecord, SkippedRange } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import type { ConsumeOptions } from './consume-options.ts'
import { DatumViews } from './datum-views.ts'
import { checkOptions, type PartitionRange, planReading } from './reading-plan.ts'
import { RecordPrinter } from './record-printer.ts'

export interface Consumption extends ConsumeOptions {
  readonly topic: string
}

/** Prints the records of a topic: one partition after the other, or, following, as they come. */
export async function consume(invocation: Invocation, consumption: Consumption): Promise<void> {
  const { output, signal } = invocation
  const { topic, follow } = consumption
  checkOptions(consumption)
  const isDamaged = { yet: false }
  const onSkip = (skipped: SkippedRange) => {
    isDamaged.yet ||= skipped.error.code === 'CORRUPT_SEGMENT'
    output.note(
      `Skipped offsets ${skipped.from} to ${skipped.to - 1} of partition ${skipped.partition}: ${skipped.error.message}`,
    )
  }
  const ranges = await withServer(invocation, { topic }, (client) => {
    return planReading(client, topic, consumption, signal)
  })
  const watch = { signal, onSkip }
  const retryForMs = follow === true ? FOLLOW_RETRY_FOR_MS : 0
  await withServer(invocation, { topic, retryForMs }, async (client) => {
    const read = follow === true ? following : untilTheEnd
    const views = new DatumViews(client, consumption)
    const printer = new RecordPrinter(output, views)
    const { key, keySchema, ...rest } = consumption
    // The server knows keys as their topic shows them, and not by a schema that is asked for here.
    const isOurs = key !== undefined && keySchema !== undefined
    try {
      for await (const record of read(client, isOurs ? rest : consumption, ranges, watch)) {
        if (isOurs && !(await views.hasKey(record, key))) continue
        await printer.print(record)
        if (printer.printed === consumption.maxRecords) break
      }
    } finally {
      await printer.end()
    }
    printer.expectAllRead()
  })
  if (isDamaged.yet) {
    throw new CommandFailure(EXIT.corruption, {
      message: `A part of ${topic} is damaged, and was skipped.`,
      next: 'Stop the server and look: millrace log verify DATA_DIRECTORY',
    })
  }
}

/** Somebody who follows would rather wait for a server that is started again. */
export const FOLLOW_RETRY_FOR_MS = 60_000

interface Watch {
  readonly signal: AbortSignal
  readonly onSkip: (skipped: SkippedRange) => void
}

async function* untilTheEnd(
  client: Client,
  { topic, key }: Consumption,
  ranges: readonly PartitionRange[],
  watch: Watch,
): AsyncGenerator<ConsumedRecord> {
  for (const { partition, from, to } of ranges) {
    if (from >= to) continue
    await using consumer = client.consumer(topic, {
      ...watch,
      ...(key === undefined ? {} : { key }),
      partitions: [partition],
      start: { offsets: new Map([[partition, from]]) },
      follow: false,
    })
    for await (const record of consumer) {
      if (record.offset >= to) break
      yield record
      // The next fetch would be for nothing.
      if (record.offset === to - 1) break
    }
  }
}

async function* following(
  client: Client,
  { topic, key, partition }: Consumption,
  ranges: readonly PartitionRange[],
  watch: Watch,
): AsyncGenerator<ConsumedRecord> {
  await using consumer = client.consumer(topic, {
    ...watch,
    ...(key === undefined ? {} : { key }),
    ...(partition === undefined ? {} : { partitions: partition }),
    start: { offsets: new Map(ranges.map((range) => [range.partition, range.from])) },
  })
  yield* consumer
}
