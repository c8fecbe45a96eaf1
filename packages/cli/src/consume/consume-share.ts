import type { ShareConsumer, ShareRecord } from '@millrace/client'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { readerLeft } from '../reader-left.ts'
import { FOLLOW_RETRY_FOR_MS } from './consume.ts'
import type { ConsumeOptions } from './consume-options.ts'
import { DatumViews } from './datum-views.ts'
import { RecordPrinter } from './record-printer.ts'

export interface ShareConsumption extends ConsumeOptions {
  readonly share: string
}

/** Prints what a share group hands out, and accepts what is written. However it ends, the rest is given back. */
export async function consumeShare(
  invocation: Invocation,
  consumption: ShareConsumption,
): Promise<void> {
  const { share, consumer: name, maxRecords, follow } = consumption
  const { output } = invocation
  const signal = AbortSignal.any([invocation.signal, readerLeft()])
  const retryForMs = follow === true ? FOLLOW_RETRY_FOR_MS : 0
  await withServer(invocation, { shareGroup: share, retryForMs }, async (client) => {
    const consumer = client.shareConsumer(share, {
      ...(name === undefined ? {} : { consumer: name }),
      // One after the other, as they are printed.
      concurrency: 1,
      maxRecords: Math.min(maxRecords ?? RECORDS_MAX, RECORDS_MAX),
      follow: follow === true,
      closeTimeoutMs: END_WITHIN_MS,
      onExpired: (record) => output.note(expiry(record)),
    })
    const close = () => void consumer.close()
    signal.addEventListener('abort', close)
    try {
      signal.throwIfAborted()
      const printer = new RecordPrinter(output, new DatumViews(client, consumption))
      await printAll(consumer, printer, maxRecords)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', close)
    }
    signal.throwIfAborted()
  })
}

async function printAll(
  consumer: ShareConsumer,
  printer: RecordPrinter,
  maxRecords: number | undefined,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined
  try {
    await consumer.run(async (record) => {
      try {
        await printer.printAtOnce(record)
      } catch (error) {
        // Nobody has seen it, and that is not the record's fault.
        failure ??= { error }
        record.release({ delayMs: 0 })
      }
      if (failure !== undefined || printer.printed === maxRecords) void consumer.close()
    })
  } finally {
    // One that could not be shown leaves an output that can be written to.
    const isWritable = failure === undefined || failure.error instanceof CommandFailure
    if (!readerLeft().aborted && isWritable) await printer.end()
  }
  if (failure !== undefined) throw failure.error
}

function expiry({ topic, partition, offset }: ShareRecord): string {
  return `The lock of offset ${offset} of ${topic}-${partition} was lost: it was printed, and comes again.`
}

/** Of one call: what is not printed is given back when it ends. */
const RECORDS_MAX = 100
const END_WITHIN_MS = 5_000
