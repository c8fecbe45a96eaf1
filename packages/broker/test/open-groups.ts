import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { openBroker, record } from './open-broker.ts'

export interface Opened extends AsyncDisposable {
  readonly broker: EmbeddedBroker
  readonly clock: ManualClock
  readonly directory: string
  /** The same data, opened again. */
  reopen(): Promise<EmbeddedBroker>
}

/** A broker with a topic `t` of so many partitions, and in each the records `p-0`, `p-1`, `p-2`. */
export async function openGroups(partitions: number): Promise<Opened> {
  const directory = await makeTempDirectory()
  const clock = new ManualClock()
  let broker = await openBroker(directory.path, { clock })
  await broker.createTopic('t', { partitions })
  await produce(
    broker,
    Array.from({ length: partitions }, (_, index) => index),
    0,
    3,
  )
  return {
    broker,
    clock,
    directory: directory.path,
    async reopen() {
      await broker.close()
      broker = await openBroker(directory.path, { clock })
      return broker
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

export async function produce(
  broker: EmbeddedBroker,
  partitions: readonly number[],
  from: number,
  to: number,
) {
  for (const partition of partitions) {
    const records = []
    for (let number = from; number < to; number++) {
      records.push(record(`${partition}-${number}`, { partition }))
    }
    await broker.produceRecords('t', records, {})
  }
}

/** Committed offsets of `t`, by partition. */
export async function committed(broker: EmbeddedBroker, group = 'g'): Promise<readonly number[]> {
  return (await broker.committedOffsets(group, {})).map(({ offset }) => offset)
}
